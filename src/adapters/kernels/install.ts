import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isKernelName, KERNEL_NAME_SYNTAX, kernelFile } from '../../definition/kernel-name.ts';
import { messageOf, UserError } from '../../model/error.ts';
import { quote } from '../../model/quote.ts';
import { runCommand } from '../long-work/command.ts';
import type { Work } from '../long-work/work.ts';
import { findKernel } from './store.ts';

/** A kernel on its way into the directory of kernels, on the same file system. */
export interface Staged {
  readonly directory: string;
  readonly kernel: string;
}

export interface Installing {
  readonly name: string;
  readonly directory: string;
  readonly replace: boolean;
  readonly action: string;
}

/** @throws UserError for what cannot be a name, or is one already */
export async function checkName(
  name: string,
  { directory, replace, action }: Omit<Installing, 'name'>,
): Promise<void> {
  if (!isKernelName(name))
    throw new UserError(action, `${quote(name)} is no name of a kernel (${KERNEL_NAME_SYNTAX})`, {
      hint: 'name it with --name=',
    });
  if (!replace && (await findKernel(name, directory)) !== undefined) throw taken(name, action);
}

function taken(name: string, action: string): UserError {
  return new UserError(action, `there is a kernel ${name} already`, {
    hint: 'say --replace, or another name with --name=',
  });
}

/**
 * Makes the directory of kernels where it is missing. Guests' users must be able to get there.
 * @throws UserError where we may not write to it, or they could not read it
 */
export async function checkPlace(directory: string, action: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const trial = await mkdtemp(join(directory, '.trial.'));
    await rm(trial, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(action, `kernels cannot be kept in ${directory}: ${messageOf(error)}`, {
      ...(code === 'EACCES' ? { hint: 'run it as root, or name another place with --directory=' } : {}),
    });
  }
  if (process.geteuid?.() !== 0) return;
  for (let above = resolve(directory); ; above = dirname(above)) {
    if (((await stat(above)).mode & 0o001) === 0) {
      throw new UserError(action, `guests run as ordinary users, and these cannot get into ${above}`, {
        hint: `chmod a+x ${above}, or name another place with --directory=`,
      });
    }
    if (above === '/') return;
  }
}

/** Puts what was compiled beside the kernels, under a name that nobody uses. */
export async function stage(directory: string, name: string, build: string, work: Work): Promise<Staged> {
  const { action, signal } = work;
  const staged = await mkdtemp(join(directory, `.${name}.`));
  try {
    const kernel = join(staged, kernelFile);
    await runCommand(['strip', '-o', kernel, join(build, 'linux')], { action, signal });
    await copyFile(join(build, '.config'), join(staged, 'config'));
    await chmod(kernel, 0o755);
    await chmod(staged, 0o755);
    return { directory: staged, kernel };
  } catch (error) {
    await rm(staged, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Gives a staged kernel its name, and tells its path. One that is replaced is there all the time, and guests that run
 * from it go on.
 */
export async function install(
  { directory: staged }: Staged,
  { name, directory, replace, action, version }: Installing & { readonly version: string },
): Promise<string> {
  await writeFile(join(staged, 'version'), `${version}\n`);
  for (const file of await readdir(staged)) await flush(join(staged, file));
  const place = join(directory, name);
  try {
    await rename(staged, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    if (!replace && (await findKernel(name, directory)) !== undefined) throw taken(name, action);
    // The binary last: it is what counts.
    const files = (await readdir(staged)).sort((a, b) => Number(a === kernelFile) - Number(b === kernelFile));
    for (const file of files) await rename(join(staged, file), join(place, basename(file)));
  }
  await flush(directory);
  return join(place, kernelFile);
}

async function flush(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
