import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../../model/error.ts';
import { type KernelConfig, parseConfig } from '../../../model/kernel-config.ts';
import {
  dropped,
  formatRequest,
  lacking,
  parseFragment,
  type Request,
} from '../../../model/kernel-fragment.ts';
import { runCommand } from '../../long-work/command.ts';
import type { Work } from '../../long-work/work.ts';

/** What umlnfs asks for, beside this file. */
const guestConfig = join(import.meta.dirname, 'guest.config');

export interface Asked {
  /** By umlnfs. */
  readonly own: readonly Request[];
  /** By whom the kernel is for. */
  readonly extra: readonly Request[];
  readonly text: string;
}

/** @param file a further fragment @throws UserError where it cannot be read or asks for modules */
export async function readFragments(file: string | undefined, action: string): Promise<Asked> {
  const own = await readFile(guestConfig, 'utf8');
  if (file === undefined) return { own: parseFragment(own), extra: [], text: own };
  const more = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(action, `the configuration cannot be read: ${messageOf(error)}`, {
      hint: 'correct --config=',
    });
  });
  const extra = parseFragment(more);
  if (extra.length === 0)
    throw new UserError(action, `${file} has no line like CONFIG_X=y`, { hint: 'correct --config=' });
  if (extra.some(({ option, value }) => option === 'CONFIG_MODULES' && value !== 'n'))
    throw new UserError(action, `${file} asks for CONFIG_MODULES, and all is built in here`, {
      hint: 'ask for =y instead of =m',
    });
  const taken = new Set(extra.map(({ option }) => option));
  return {
    own: parseFragment(own).filter(({ option }) => !taken.has(option)),
    extra,
    text: `${own}\n${more}\n`,
  };
}

/**
 * Makes the configuration in `build`, and looks before anything is compiled whether all came into it. Answers with
 * what this tree does not have of what umlnfs would like.
 * @throws UserError where something is missing that must not
 */
export async function configure(
  make: readonly string[],
  build: string,
  asked: Asked,
  work: Work,
): Promise<Request[]> {
  const { action, signal } = work;
  work.progress.phase('configuring');
  await runCommand([...make, 'defconfig'], { action, signal, onLine: () => {} });
  await appendFile(join(build, '.config'), `\n${asked.text}`);
  await runCommand([...make, 'olddefconfig'], { action, signal, onLine: () => {} });
  return checkConfig(parseConfig(await readFile(join(build, '.config'), 'utf8')), asked, action);
}

/** @throws UserError where what was asked for is not in it */
export function checkConfig(config: KernelConfig, asked: Asked, action: string): Request[] {
  const lost = dropped(asked.extra, config);
  if (lost.length > 0) {
    throw new UserError(
      action,
      `the tree does not take ${lost.map(formatRequest).join(', ')}: there is no such option, or what it depends on is missing`,
      { hint: 'ask for what they depend on as well, or leave them out' },
    );
  }
  const missing = lacking(config).filter(
    (option) => !asked.extra.some((request) => request.option === option),
  );
  if (missing.length > 0) {
    throw new UserError(action, `the tree does not take ${missing.join(', ')}, and umlnfs needs that`, {
      hint: 'take a tree of Linux 6.1 or later',
    });
  }
  return dropped(asked.own, config);
}
