/** What a root needs to run as a UML guest on NFS, from what it has: pure, so that a plan can show it. */
import { fstabForNfsRoot, hostsWith } from './etc.ts';
import { systemdFiles } from './systemd.ts';

export interface TailoringWish {
  readonly hostname: string;
  /** Name servers, for a root without any resolv.conf. */
  readonly dns?: readonly string[];
}

/** What tailoring looks at in a root; undefined for a file that is missing. */
export interface RootFacts {
  readonly systemd: boolean;
  readonly networkManager: boolean;
  readonly fstab: string | undefined;
  readonly hosts: string | undefined;
  readonly machineId: string | undefined;
  /** True for a link too, wherever it leads: something in the root makes it. */
  readonly hasResolvConf: boolean;
}

export type Wanted =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly text: string;
      readonly mode: number;
      /** `kept`: a file of the same name that does not say it is umlnfs's is the administrator's and stays. */
      readonly owner: 'umlnfs' | 'kept';
    }
  /** A link; whatever else has its name already is the administrator's and stays. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** The line by which a file of umlnfs is known again. */
export const mark = '# made by umlnfs';

/**
 * The files that a root should have.
 * @param machineId 32 hexadecimal digits for a root that has none yet
 */
export function wantedFiles(facts: RootFacts, wish: TailoringWish, machineId: string): Wanted[] {
  const wanted: Wanted[] = [owned('etc/hostname', `${wish.hostname}\n`)];
  wanted.push(owned('etc/hosts', hostsWith(facts.hosts, wish.hostname)));
  if (facts.fstab !== undefined) wanted.push(owned('etc/fstab', fstabForNfsRoot(facts.fstab)));
  if (!facts.hasResolvConf && wish.dns !== undefined && wish.dns.length > 0) {
    const servers = wish.dns.map((server) => `nameserver ${server}\n`).join('');
    wanted.push({
      kind: 'file',
      path: 'etc/resolv.conf',
      text: `${mark}\n${servers}`,
      mode: 0o644,
      owner: 'kept',
    });
  }
  if (!facts.systemd) return wanted;
  // Without one systemd takes the boot for the first of all and goes through every unit's preset: seconds.
  if (!/^[0-9a-f]{32}\s*$/.test(facts.machineId ?? ''))
    wanted.push(owned('etc/machine-id', `${machineId}\n`, 0o444));
  wanted.push(...systemdFiles(facts));
  return wanted;
}

function owned(path: string, text: string, mode = 0o644): Wanted {
  return { kind: 'file', path, text, mode, owner: 'umlnfs' };
}
