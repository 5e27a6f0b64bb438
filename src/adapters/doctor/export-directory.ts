import { mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ExportDirectorySeen, Trial } from '../../model/doctor/export-directory.ts';
import { sanitise } from '../../model/end.ts';
import { messageOf } from '../../model/error.ts';
import { findProgram } from '../program.ts';
import { mountOf } from './mount.ts';

/** Looks at the directory for roots, and tries in a file there what its file system can do. The file is removed. */
export async function readExportDirectory(path: string): Promise<ExportDirectorySeen> {
  const kind = await kindOf(path);
  const tried = await realpath(kind === 'directory' ? path : await nearest(path));
  const fileSystem = (await mountOf(tried))?.type ?? '';
  const seen = { path, kind, tried, fileSystem };
  let directory: string;
  try {
    directory = await mkdtemp(join(tried, '.umlnfs-doctor.'));
  } catch (error) {
    const why = messageOf(error);
    const untried: Trial = { kind: 'untried', why: `nothing can be written there` };
    return { ...seen, writable: { kind: 'fails', why }, attributes: untried, acl: untried };
  }
  try {
    const file = join(directory, 'file');
    await writeFile(file, '');
    return {
      ...seen,
      writable: { kind: 'works' },
      attributes: await trial(['setfattr', '-n', 'user.umlnfs', '-v', 'tried', file]),
      acl: await trial(['setfacl', '-m', 'u:65534:r', file]),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function kindOf(path: string): Promise<ExportDirectorySeen['kind']> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'missing';
  return found.isDirectory() ? 'directory' : 'other';
}

/** The nearest directory above that exists. */
async function nearest(path: string): Promise<string> {
  for (let above = dirname(path); ; above = dirname(above)) {
    if ((await kindOf(above)) === 'directory' || above === '/') return above;
  }
}

async function trial([program = '', ...args]: readonly string[]): Promise<Trial> {
  const path = await findProgram(program);
  if (path === undefined) return { kind: 'untried', why: `${program} is missing` };
  const { failed, stderr } = await execa(path, args, {
    reject: false,
    timeout: 5_000,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  if (!failed) return { kind: 'works' };
  return { kind: 'fails', why: sanitise(stderr.split(': ').at(-1) ?? stderr) };
}
