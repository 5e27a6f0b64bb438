import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../../model/error.ts';
import { runCommand } from '../../long-work/command.ts';
import type { Work } from '../../long-work/work.ts';
import { installPackages, missingPackages } from './needs.ts';

/** Where the sources of a kernel come from. */
export interface SourceWanted {
  /** A Debian package, `linux-source-6.1`; without this and `tree` the newest that is installed. */
  readonly from: string | undefined;
  /** A directory or tarball with a Linux source tree. */
  readonly tree: string | undefined;
  /** Whether packages that are missing may be installed. */
  readonly install: boolean;
}

const packaged = '/usr/src';
/** How much larger than its tarball a tree is, and how much (bytes) what is compiled takes. */
const unpacked = 13;
const compiled = 512 * 1024 * 1024;

/**
 * Sees to it that sources and what compiles them are there; answers with the path of a directory or a tarball.
 * @throws UserError with the packages to install
 */
export async function locateSource(wanted: SourceWanted, work: Work): Promise<string> {
  const packages = await missingPackages();
  const { from, tree } = wanted;
  const found = tree ?? (await findTarball(from));
  if (found === undefined) packages.push(from ?? 'linux-source');
  if (packages.length > 0) {
    if (!wanted.install)
      throw new UserError(
        work.action,
        `${packages.join(', ')} ${packages.length > 1 ? 'are' : 'is'} not installed`,
        {
          hint: `apt install ${packages.join(' ')}, or say --install; --source= takes another source tree`,
        },
      );
    await installPackages(work.action, packages, work.signal, work.progress);
  }
  const source = found ?? (await findTarball(from));
  if (source === undefined)
    throw new UserError(work.action, `there is no linux-source tarball in ${packaged}`, {
      hint: 'name one with --source=',
    });
  return source;
}

/** `linux-source-6.1` is the name of a package and of the tarball in it. */
export function isSourcePackage(name: string): boolean {
  return /^linux-source-\d+\.\d+$/.test(name);
}

async function findTarball(from: string | undefined): Promise<string | undefined> {
  const names = await readdir(packaged).catch(() => []);
  const tarballs = names
    .filter((name) => /^linux-source-\d+\.\d+\.tar\.xz$/.test(name))
    .filter((name) => from === undefined || name === `${from}.tar.xz`)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const last = tarballs.at(-1);
  return last === undefined ? undefined : join(packaged, last);
}

/** The tree itself; a tarball is unpacked into the directory `work`. @throws UserError for what is no such tree */
export async function openSource(source: string, directory: string, work: Work): Promise<string> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined)
    throw new UserError(work.action, `there is no ${source}`, { hint: 'correct --source=' });
  await checkRoom(directory, found.isFile() ? found.size * unpacked + compiled : compiled, work.action);
  const tree = found.isDirectory() ? source : await unpack(source, directory, work);
  for (const file of ['Makefile', 'Kconfig', 'arch/um/Makefile']) {
    if ((await stat(join(tree, file)).catch(() => undefined))?.isFile() !== true) {
      throw new UserError(work.action, `${source} is no Linux source tree: it has no ${file}`, {
        hint: 'correct --source=',
      });
    }
  }
  return tree;
}

async function unpack(tarball: string, directory: string, work: Work): Promise<string> {
  work.progress.phase(`unpacking ${basename(tarball)}`);
  const into = join(directory, 'source');
  await mkdir(into);
  // Names that lead out of it are refused or cut by tar itself.
  await runCommand(['tar', '-x', '-f', tarball, '-C', into, '--no-same-owner', '--no-same-permissions'], {
    action: work.action,
    signal: work.signal,
  });
  const [first, ...more] = await readdir(into);
  return first !== undefined && more.length === 0 ? join(into, first) : into;
}

async function checkRoom(directory: string, needed: number, action: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= needed) return;
  const mebibytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  throw new UserError(
    action,
    `it takes some ${mebibytes(needed)} MiB, and ${directory} has ${mebibytes(bavail * bsize)} MiB left`,
    { hint: 'make room, or name another directory with TMPDIR' },
  );
}
