/** Makes a root fit to run as a guest, and tells what that would change. */
import { randomUUID } from 'node:crypto';
import {
  mark,
  type RootFacts,
  type TailoringWish,
  type Wanted,
  wantedFiles,
} from '../../model/tailoring/wanted.ts';
import { GuestRoot } from './inside.ts';

/** One file of the root that is missing or differs. */
export interface Change {
  /** Relative to the root, without a leading slash. */
  readonly path: string;
  /** `write` or `link to /dev/null`. */
  readonly what: string;
}

/**
 * What tailoring would change now; empty when the root is tailored.
 * @param root the root's directory on this host
 * @throws UserError where it does not exist, is the host's own, or holds something else where a file should be
 */
export async function tailoring(root: string, wish: TailoringWish): Promise<Change[]> {
  return await within(root, async (inside) => (await differences(inside, wish)).map(changeOf));
}

/**
 * Tailors a root; doing it again changes nothing. The guest may be running.
 * @returns what was changed
 * @throws UserError as tailoring does, and where the root cannot be written
 */
export async function tailor(root: string, wish: TailoringWish): Promise<Change[]> {
  return await within(root, async (inside) => {
    const wanted = await differences(inside, wish);
    for (const each of wanted) {
      if (each.kind === 'link') await inside.writeLink(each.path, each.target);
      else await inside.writeText(each.path, each.text, each.mode);
    }
    return wanted.map(changeOf);
  });
}

async function within<T>(root: string, use: (inside: GuestRoot) => Promise<T>): Promise<T> {
  const inside = await GuestRoot.open(root);
  try {
    return await use(inside);
  } finally {
    await inside.close();
  }
}

async function differences(inside: GuestRoot, wish: TailoringWish): Promise<Wanted[]> {
  // A tree without /etc is a program or two, with nothing that would read any of it.
  if ((await inside.look('etc')).kind === 'missing') return [];
  const wanted = wantedFiles(await factsOf(inside), wish, randomUUID().replaceAll('-', ''));
  const missing = await Promise.all(wanted.map((each) => differs(inside, each)));
  return wanted.filter((_, index) => missing[index]);
}

async function factsOf(inside: GuestRoot): Promise<RootFacts> {
  const [systemd, networkManager, fstab, hosts, machineId, resolvConf] = await Promise.all([
    inside.isFile('lib/systemd/systemd'),
    inside.isFile('usr/sbin/NetworkManager'),
    inside.readText('etc/fstab'),
    inside.readText('etc/hosts'),
    inside.readText('etc/machine-id'),
    inside.look('etc/resolv.conf'),
  ]);
  return {
    systemd,
    networkManager,
    fstab,
    hosts,
    machineId,
    hasResolvConf: resolvConf.kind !== 'missing',
  };
}

async function differs(inside: GuestRoot, wanted: Wanted): Promise<boolean> {
  const entry = await inside.look(wanted.path);
  if (entry.kind === 'missing') return true;
  // Whatever else has the name is somebody's decision.
  if (wanted.kind === 'link') return false;
  if (wanted.owner === 'kept' && entry.kind !== 'file') return false;
  const text = await inside.readText(wanted.path);
  if (text === wanted.text) {
    const executable = (wanted.mode & 0o111) !== 0;
    return entry.kind === 'file' && executable && !entry.executable;
  }
  return wanted.owner === 'umlnfs' || (text?.split('\n', 2).some((line) => line.startsWith(mark)) ?? true);
}

function changeOf(wanted: Wanted): Change {
  return { path: wanted.path, what: wanted.kind === 'link' ? `link to ${wanted.target}` : 'write' };
}
