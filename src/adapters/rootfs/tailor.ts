/** Makes a root fit to run as a guest, and tells what that would change. */
import { randomUUID } from 'node:crypto';
import { UserError } from '../../model/error.ts';
import { authorizedKeysOf, keyFiles, type SetupWish, setupFiles } from '../../model/tailoring/setup.ts';
import {
  type Ids,
  isMarked,
  type RootFacts,
  type TailoringWish,
  type Wanted,
  type WantedFile,
  wantedFiles,
} from '../../model/tailoring/wanted.ts';
import { rootFacts, setupFacts } from './facts.ts';
import { type Entry, GuestRoot } from './inside.ts';

/** Something of the root that is missing or differs. */
export interface Change {
  /** Relative to the root, without a leading slash. */
  readonly path: string;
  /** `write`, `link to /dev/null`, `make directory`, `make block device 0:255`, or `remove`. */
  readonly what: string;
  /** Of a file: its text before, undefined where there is none, and after. */
  readonly text?: { readonly before: string | undefined; readonly after: string };
  /** Of a link. */
  readonly target?: string;
  /** Permission bits of what is new. */
  readonly mode?: number;
}

export interface Tailored {
  readonly changes: readonly Change[];
  /** What will not do what was asked for, and why; sentences. */
  readonly notes: readonly string[];
}

/**
 * What tailoring would change now; empty when the root is tailored.
 * @param root the root's directory on this host
 * @throws UserError where it does not exist, is the host's own, or holds something else where a file should be
 */
export async function tailoring(root: string, wish: TailoringWish): Promise<readonly Change[]> {
  return (await setup(root, wish, undefined, { dryRun: true })).changes;
}

/**
 * Tailors a root; doing it again changes nothing. The guest may be running.
 * @returns what was changed
 * @throws UserError as tailoring does, and where the root cannot be written
 */
export async function tailor(root: string, wish: TailoringWish): Promise<readonly Change[]> {
  return (await setup(root, wish, undefined)).changes;
}

/**
 * As tailor, with what a root is given once: accounts, keys, a network style. Nothing is changed where it can be told
 * before that some of it cannot be done.
 * @param once undefined for what the daemon does before each start
 * @param options.dryRun only tell what would be changed
 */
export async function setup(
  root: string,
  wish: TailoringWish,
  once: SetupWish | undefined,
  options: { readonly dryRun?: boolean } = {},
): Promise<Tailored> {
  const inside = await GuestRoot.open(root);
  try {
    // A tree without /etc is a program or two, with nothing that would read any of it.
    if ((await inside.look('etc')).kind === 'missing')
      return { changes: [], notes: once === undefined ? [] : ['it has no /etc, and nothing is changed'] };
    const { wanted, notes } = await everythingWanted(inside, wish, once);
    const found = await Promise.all(wanted.map((one) => difference(inside, one)));
    const differing = found.filter((one) => one !== undefined);
    if (options.dryRun !== true) for (const each of differing) await apply(inside, each);
    return { changes: differing.map(({ change }) => change), notes };
  } finally {
    await inside.close();
  }
}

async function everythingWanted(
  inside: GuestRoot,
  wish: TailoringWish,
  once: SetupWish | undefined,
): Promise<{ wanted: readonly Wanted[]; notes: readonly string[] }> {
  const seen = await rootFacts(inside);
  const facts = once?.network === undefined ? seen : { ...seen, network: once.network };
  const wanted = wantedFiles(facts, wish, randomUUID().replaceAll('-', ''));
  if (once === undefined) return { wanted, notes: [] };
  const given = await setupFacts(inside, facts, inittabIn(wanted) ?? facts.inittab);
  const made = setupFiles(given, once, Math.floor(Date.now() / 86_400_000));
  const keys: Wanted[] = [];
  for (const { user, keys: lines } of once.keys ?? []) {
    const account = made.accounts.get(user);
    if (account === undefined)
      throw new UserError(`let SSH keys in for ${user}`, `the root ${inside.path} has no such user`, {
        hint: `add it with --user ${user}`,
      });
    const present = account.isNew
      ? undefined
      : await inside.readOwnText(authorizedKeysOf(account), account.uid);
    keys.push(...keyFiles(account, present, lines));
  }
  // Of two texts for one file the later one has what the earlier one has.
  const again = new Set(made.wanted.map(({ path }) => path));
  return {
    wanted: [...wanted.filter(({ path }) => !again.has(path)), ...made.wanted, ...keys],
    notes: [...made.notes, ...(cannotTell(facts) ? [silentInit] : [])],
  };
}

const silentInit =
  'umlnfs does not know its init, which does not tell when the guest is ready: write Ready=mount into its definition';

function cannotTell({ init }: RootFacts): boolean {
  return init === 'unknown';
}

function inittabIn(wanted: readonly Wanted[]): string | undefined {
  const found = wanted.find((one): one is WantedFile => one.kind === 'file' && one.path === 'etc/inittab');
  return found?.text;
}

interface Difference {
  readonly wanted: Wanted;
  readonly change: Change;
  /** For a file that is written. */
  readonly ids?: Ids | undefined;
  readonly mode?: number;
}

/** What is to be done for one wish; undefined where it holds. */
async function difference(inside: GuestRoot, wanted: Wanted): Promise<Difference | undefined> {
  const { path } = wanted;
  const entry = await inside.look(path);
  // Told before anything is changed.
  if ('of' in wanted && wanted.of !== undefined && entry.kind === 'missing')
    await inside.checkParent(path, wanted.of);
  const plain = (what: string, more: Partial<Change> = {}) => ({ wanted, change: { path, what, ...more } });
  switch (wanted.kind) {
    case 'file':
      return await fileDifference(inside, wanted, entry);
    case 'link':
      // Whatever else has the name is somebody's decision.
      if (entry.kind !== 'missing') return undefined;
      return plain(`link to ${wanted.target}`, { target: wanted.target });
    case 'directory':
      return entry.kind === 'missing' ? plain('make directory', { mode: wanted.mode }) : undefined;
    case 'device':
      if (entry.kind !== 'missing') return undefined;
      return plain(`make block device ${wanted.major}:${wanted.minor}`, { mode: wanted.mode });
    case 'gone': {
      if (entry.kind === 'link' && entry.target === wanted.target) return plain('remove');
      if (entry.kind !== 'file' || wanted.target !== undefined) return undefined;
      return isMarked((await inside.readText(path)) ?? '') ? plain('remove') : undefined;
    }
  }
}

async function fileDifference(
  inside: GuestRoot,
  wanted: WantedFile,
  entry: Entry,
): Promise<Difference | undefined> {
  const { path, text: after, owner, of } = wanted;
  const write = (before: string | undefined, ids: Ids | undefined, mode: number) => ({
    wanted,
    change: { path, what: 'write', text: { before, after }, ...(before === undefined ? { mode } : {}) },
    ids,
    mode,
  });
  if (entry.kind === 'missing') return write(undefined, wanted.ids, wanted.mode);
  if (owner === 'kept' && entry.kind !== 'file') return undefined;
  const before = of === undefined ? await inside.readText(path) : await inside.readOwnText(path, of);
  if (before === after) {
    const runs = entry.kind !== 'file' || (wanted.mode & 0o111) === 0 || (entry.mode & 0o111) !== 0;
    return runs ? undefined : write(before, wanted.ids, wanted.mode);
  }
  if (owner === 'kept') return isMarked(before ?? '') ? write(before, wanted.ids, wanted.mode) : undefined;
  // What is edited keeps its owner and mode.
  return entry.kind === 'file'
    ? write(before, entry.ids, entry.mode)
    : write(before, wanted.ids, wanted.mode);
}

async function apply(inside: GuestRoot, { wanted, ids, mode }: Difference): Promise<void> {
  switch (wanted.kind) {
    case 'file':
      return await inside.writeText(wanted.path, wanted.text, mode ?? wanted.mode, { ids, of: wanted.of });
    case 'link':
      return await inside.writeLink(wanted.path, wanted.target);
    case 'directory':
      return await inside.makeDirectory(wanted.path, wanted.mode, wanted.ids, wanted.of);
    case 'device':
      return await inside.writeDevice(wanted.path, wanted.major, wanted.minor, wanted.mode, wanted.ids);
    case 'gone':
      return await inside.remove(wanted.path);
  }
}
