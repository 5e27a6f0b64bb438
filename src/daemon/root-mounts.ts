/** What lies beneath the roots of guests on this host. */
import { setTimeout } from 'node:timers/promises';
import { isMounted, mountBacking } from '../adapters/rootfs/backing/mount.ts';
import { backingOf, clonesAmong } from '../adapters/rootfs/backing/store.ts';
import { writeMountUnit } from '../adapters/rootfs/backing/unit.ts';
import type { Manager } from '../adapters/systemd/manager.ts';
import type { GuestWanted } from '../model/desired.ts';
import { UserError } from '../model/error.ts';
import type { RootSeen } from '../model/observed.ts';
import type { Backing } from '../model/rootfs/backing.ts';

/** How long (ms) systemd may take to mount a root: a journal may have to be replayed. */
const patience = 60_000;

/** What is wrong beneath a root; undefined where nothing is. */
export async function troubleBeneath(
  guest: GuestWanted,
  backings: readonly Backing[],
): Promise<RootSeen | undefined> {
  const { directory, readOnly } = guest.root;
  const backing = backings.find(({ root }) => root === directory);
  if (backing !== undefined && !(await isMounted(backing)))
    return { exists: true, mounted: false, tailored: true };
  const [clone] = clonesAmong(backings, directory);
  if (clone === undefined || readOnly) return undefined;
  const problem = `cannot start guest ${guest.name}: ${clone} is a clone over its root ${directory}, which must stay as it is; clone another root for this guest: umlnfs rootfs clone`;
  return { exists: true, tailored: true, problem };
}

/** A root that others are made from need not be any guest's, so that nobody else mounts it. @throws UserError */
export async function ensureBase(
  images: string,
  directory: string,
  systemd: Manager | undefined,
): Promise<void> {
  const backing = await backingOf(images, directory);
  if (backing !== undefined && !(await isMounted(backing))) await mountRoot(images, directory, systemd);
}

/** @param systemd mounts it, where systemd runs the guests: the daemon has no right to @throws UserError */
export async function mountRoot(
  images: string,
  directory: string,
  systemd: Manager | undefined,
): Promise<void> {
  const action = `mount root ${directory}`;
  const backing = await backingOf(images, directory);
  if (backing === undefined) throw new UserError(action, 'there is nothing to be mounted any more');
  if (systemd === undefined) return await mountBacking(images, backing);
  const { unit, changed } = await writeMountUnit(backing);
  if (changed) await systemd.reload();
  await systemd.startUnit(unit);
  const deadline = performance.now() + patience;
  for (;;) {
    const active = await systemd.activeState(unit);
    if (active === 'active') return;
    if (active !== 'activating' || performance.now() > deadline) {
      throw new UserError(action, `${unit} is ${active}`, { hint: `journalctl -u ${unit} tells why` });
    }
    await setTimeout(100);
  }
}
