import type { KernelConfig } from '../kernel-config.ts';
import { type Diagnosis, failure, ok, warning } from './diagnosis.ts';

/** This host's own kernel. */
export interface KernelServerSeen {
  /** `6.1.0-18-amd64` */
  readonly release: string;
  /** Its server is there, or can be loaded. */
  readonly nfsd: boolean;
  /** Its configuration, and where it was found. */
  readonly config: { readonly file: string; readonly options: KernelConfig } | undefined;
  /** What nfsd says that it serves, `+3 +4 -4.1 …`; undefined while it is not mounted. */
  readonly versions: string | undefined;
  /** Whether owners go as numbers, the module's parameter nfs4_disable_idmapping; undefined while it is not loaded. */
  readonly numericOwners: boolean | undefined;
}

export interface GaneshaSeen {
  readonly version: string;
  /** Whether the part of it that serves directories is installed. */
  readonly vfs: boolean;
  /** One that others have started, and that umlnfs would use; undefined where none runs. */
  readonly running: { readonly configFile: string; readonly numericOwners: boolean | undefined } | undefined;
}

export interface NfsServerSeen {
  /** Exporter= of the host file. */
  readonly exporter: 'auto' | 'exportfs' | 'ganesha' | 'none';
  /** What that comes to. */
  readonly choice: 'exportfs' | 'ganesha' | 'none' | undefined;
  readonly kernel: KernelServerSeen;
  readonly exportfs: boolean;
  readonly ganesha: GaneshaSeen | undefined;
}

const server = 'NFS server';

export function judgeNfsServer(seen: NfsServerSeen): Diagnosis[] {
  const { choice, kernel } = seen;
  const found = [chosen(seen)];
  if (kernel.nfsd) found.push(...kernelParts(kernel, choice === 'exportfs'));
  else if (choice !== 'exportfs')
    found.push(ok('NFS server of the kernel', `Linux ${kernel.release} has none, and none is needed`));
  if (seen.ganesha !== undefined && choice === 'ganesha') found.push(...ganeshaParts(seen.ganesha));
  return found;
}

function chosen({ exporter, choice, kernel, exportfs, ganesha }: NfsServerSeen): Diagnosis {
  if (choice === 'none') return ok(server, 'none is wanted (Exporter=none)');
  const installGanesha = 'apt install nfs-ganesha nfs-ganesha-vfs';
  const installKernel = 'apt install nfs-kernel-server';
  if (choice === undefined)
    return failure(server, 'there is none', kernel.nfsd ? installKernel : installGanesha);
  if (choice === 'exportfs') {
    if (!kernel.nfsd)
      return failure(
        server,
        `Exporter=exportfs, and Linux ${kernel.release} has no NFS server`,
        `${installGanesha}, and Exporter=auto`,
      );
    if (!exportfs) return failure(server, 'Exporter=exportfs, and exportfs is missing', installKernel);
    return ok(server, "the kernel's, through exportfs");
  }
  if (ganesha === undefined)
    return failure(server, 'Exporter=ganesha, and NFS-Ganesha is missing', installGanesha);
  const why = exporter === 'auto' && !kernel.nfsd ? ', since this kernel has none' : '';
  return ok(server, `NFS-Ganesha ${ganesha.version}${why}`);
}

/** @param used whether it is the server that guests have their roots from */
function kernelParts(kernel: KernelServerSeen, used: boolean): Diagnosis[] {
  const parts: readonly [string, boolean | undefined, string][] = [
    ['NFS version 3', hasVersion3(kernel), 'CONFIG_NFSD_V3'],
    ['NFS version 3 ACL', configured(kernel, 'CONFIG_NFSD_V3_ACL'), 'CONFIG_NFSD_V3_ACL'],
    ['NFS version 4', served(kernel, '4') ?? configured(kernel, 'CONFIG_NFSD_V4'), 'CONFIG_NFSD_V4'],
  ];
  const found = parts.map(([item, has, option]): Diagnosis => {
    if (has === true) return ok(item, `the kernel serves it`);
    if (has === undefined)
      return ok(item, `it cannot be told whether the kernel serves it: its configuration was not found`);
    const judge = used && option === 'CONFIG_NFSD_V4' ? failure : warning;
    return judge(
      item,
      `Linux ${kernel.release} does not serve it (${option})`,
      'install a kernel that does, or use Exporter=ganesha',
    );
  });
  return [...found, idmapper(kernel)];
}

function hasVersion3(kernel: KernelServerSeen): boolean | undefined {
  const options = kernel.config?.options;
  // It is no option any more since 5.18.
  const [major = 0, minor = 0] = kernel.release.split('.').map((part) => Number.parseInt(part, 10) || 0);
  if (major > 5 || (major === 5 && minor >= 18)) return true;
  if (options === undefined) return served(kernel, '3');
  return options.has('CONFIG_NFSD_V3') || options.has('CONFIG_NFSD_V3_ACL');
}

function configured(kernel: KernelServerSeen, option: string): boolean | undefined {
  return kernel.config === undefined ? undefined : kernel.config.options.get(option) === 'y';
}

/** As nfsd itself says; undefined while it says nothing, and for what is turned off and could be turned on. */
function served({ versions }: KernelServerSeen, version: string): true | undefined {
  return versions?.split(/\s+/).includes(`+${version}`) === true ? true : undefined;
}

function idmapper({ numericOwners }: KernelServerSeen): Diagnosis {
  const item = 'NFS idmapper';
  if (numericOwners !== false) return ok(item, 'owners go as numbers, which need no mapping');
  return warning(
    item,
    'owners go by name, and are nobody where guest and host do not agree',
    'echo Y > /sys/module/nfsd/parameters/nfs4_disable_idmapping',
  );
}

function ganeshaParts({ version, vfs, running }: GaneshaSeen): Diagnosis[] {
  const item = 'NFS-Ganesha';
  if (!vfs)
    return [failure(item, `${version} has nothing that serves directories`, 'apt install nfs-ganesha-vfs')];
  if (running === undefined) return [ok(item, `${version}; umlnfs starts one of its own`)];
  if (running.numericOwners === false) {
    return [
      failure(
        item,
        'one runs that tells owners by name: set-user-ID programs of guests would belong to nobody',
        `write Only_Numeric_Owners = true; into NFSV4 {} of ${running.configFile}, and start it again`,
      ),
    ];
  }
  return [ok(item, `${version} runs, and umlnfs uses it`)];
}
