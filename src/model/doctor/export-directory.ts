import { type Diagnosis, failure, ok, warning } from './diagnosis.ts';

const item = 'export directory';

/** How it went when it was tried in a file; `untried` where there is no tool to try it. */
export type Trial = { readonly kind: 'works' } | { readonly kind: 'fails' | 'untried'; readonly why: string };

export interface ExportDirectorySeen {
  readonly path: string;
  readonly kind: 'directory' | 'missing' | 'other';
  /** The directory that was tried: itself, or the nearest above that exists. */
  readonly tried: string;
  /** `ext4`, `xfs`, … */
  readonly fileSystem: string;
  readonly attributes: Trial;
  readonly acl: Trial;
  /** Whether a file can be made there at all. */
  readonly writable: Trial;
}

/** What neither server exports, or not as a root. */
const unfit = new Set(['tmpfs', 'ramfs', 'overlay', 'nfs', 'nfs4', 'vfat', 'exfat', 'fuse', '9p']);

export function judgeExportDirectory(seen: ExportDirectorySeen): Diagnosis[] {
  const { path, kind, fileSystem } = seen;
  if (kind === 'other')
    return [failure(item, `${path} is no directory`, `rm ${path} && install -d -m 700 ${path}`)];
  const on = `${seen.tried} is on ${fileSystem === '' ? 'a file system that is not known' : fileSystem}`;
  const found: Diagnosis[] = [
    kind === 'missing' ? warning(item, `there is no ${path} yet`, `install -d -m 700 ${path}`) : ok(item, on),
  ];
  if (unfit.has(fileSystem) || fileSystem.startsWith('fuse.')) {
    found.push(
      failure(
        item,
        `${on}, which cannot be exported as a root`,
        `mount a file system like ext4 or xfs at ${path}`,
      ),
    );
  }
  if (seen.writable.kind === 'fails') {
    const mend = `sudo umlnfs doctor, or mount -o remount,rw ${seen.tried}`;
    return [...found, warning(item, `nothing can be tried there: ${seen.writable.why}`, mend)];
  }
  return [
    ...found,
    tried('extended attributes', seen.attributes, 'attr', seen.tried),
    tried('POSIX ACLs', seen.acl, 'acl', seen.tried),
  ];
}

function tried(what: string, trial: Trial, tool: string, directory: string): Diagnosis {
  if (trial.kind === 'works') return ok(what, `work in ${directory}`);
  if (trial.kind === 'untried')
    return warning(what, `could not be tried: ${trial.why}`, `apt install ${tool}`);
  return warning(
    what,
    `do not work in ${directory}: ${trial.why}`,
    `mount the export directory from a file system that has them, like ext4 or xfs`,
  );
}
