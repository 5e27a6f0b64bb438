import { basename, dirname } from 'node:path';
import type { Client } from '../../../adapters/dbus/client.ts';
import { removeRoot } from '../../../adapters/rootfs/remove.ts';
import { findRoot, type RootPlaces } from '../../../adapters/rootfs/store.ts';
import { explained, UserError } from '../../../model/error.ts';
import { imagesIn } from '../../../model/rootfs/backing.ts';
import type { GuestStatus } from '../../../model/status.ts';
import { actAndWait } from '../../act.ts';
import { agreed } from '../../confirm.ts';
import { connect } from '../../connect.ts';
import { configured } from '../../doctor/configured.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { tell } from '../../output.ts';
import { namesOf } from '../../pattern.ts';
import { refuseRunning } from '../../root-in-use.ts';
import { type RootUse, rootUse } from '../../rootfs-use.ts';
import type { Invocation } from '../../verb.ts';

interface Reset {
  readonly guest: GuestStatus;
  readonly directory: string;
}

/** Gives guests the roots that they began with: removed here, and made anew by the daemon before the next start. */
export async function reset(invocation: Invocation): Promise<ExitReason> {
  const configDir = invocation.value('config-dir');
  const use = await rootUse(configDir);
  const client = await connect(invocation);
  try {
    const names = await namesOf(client, invocation.operands);
    const resets = await resetsOf(client, names, { use, configDir });
    const whose = names.length === 1 ? `the root of ${names[0]}` : `the roots of ${names.length} guests`;
    const question = `Make ${whose} anew? What is in there is lost.`;
    if (!(await agreed(invocation, 'rootfs reset', question))) {
      tell('all stay as they are');
      return 'ok';
    }
    return await carryOut(client, resets, use);
  } finally {
    client.close();
  }
}

/** @throws UserError where one of them could not be made again */
async function resetsOf(
  client: Client,
  names: readonly string[],
  { use, configDir }: { use: RootUse; configDir: string | undefined },
): Promise<Reset[]> {
  const { guests } = await configured(configDir);
  return Promise.all(
    names.map(async (name) => {
      const guest = await client.guest(name);
      const wanted = guests.find((one) => one.name === name);
      const action = `make the root of guest ${name} anew`;
      if (wanted === undefined) {
        throw new UserError(action, 'its definition cannot be used', { hint: 'see umlnfs check' });
      }
      const { clone, directory } = wanted.root;
      if (clone === undefined) {
        throw new UserError(action, 'its definition does not say from what', {
          hint: 'write Clone= in [Root]',
        });
      }
      const other = (await use.usersOf(directory)).find((user) => user.guest !== name);
      if (other !== undefined)
        throw new UserError(action, `it is the root of guest ${other.guest} too (${other.file})`);
      return { guest, directory };
    }),
  );
}

async function carryOut(client: Client, resets: readonly Reset[], use: RootUse): Promise<ExitReason> {
  const up = resets
    .map(({ guest }) => guest)
    .filter(isUp)
    .map(({ name }) => name);
  const failures = new Map(up.length === 0 ? [] : await actAndWait(client, 'stop', up, undefined));
  const places = { images: imagesIn(use.host.directories.state) };
  for (const { guest, directory } of resets) {
    if (failures.has(guest.name)) continue;
    try {
      await removeOne(guest.name, directory, { ...places, directory: dirname(directory) }, use);
    } catch (error) {
      failures.set(guest.name, explained(error));
    }
  }
  if (up.length > 0) {
    for (const [name, failure] of await actAndWait(client, 'start', up, undefined))
      failures.set(name, failure);
  }
  for (const failure of failures.values()) tell(failure);
  const done = resets.length - failures.size;
  const when = up.length === resets.length ? '' : '; those that do not run get theirs when they start';
  tell(`${done} of ${resets.length} ${resets.length === 1 ? 'root is' : 'roots are'} new${when}`);
  return failures.size === 0 ? 'ok' : 'failure';
}

/** Whether it runs, or would as soon as it could. */
function isUp({ pid, state }: GuestStatus): boolean {
  return pid !== 0 || state === 'starting' || state === 'backoff';
}

async function removeOne(name: string, directory: string, places: RootPlaces, use: RootUse): Promise<void> {
  const root = await findRoot(basename(directory), places);
  if (root === undefined) return;
  const action = `make the root of guest ${name} anew`;
  const [clone] = root.clones;
  if (clone !== undefined) {
    throw new UserError(action, `${clone} is a clone of it, and has from it what it does not differ in`);
  }
  await refuseRunning(action, directory, use);
  await removeRoot(root, true);
}
