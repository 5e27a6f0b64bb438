import { type FoundRoot, listRoots } from '../../../adapters/rootfs/store.ts';
import { leftovers } from '../../../adapters/rootfs/work-directory.ts';
import { UserError } from '../../../model/error.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { print, tell } from '../../output.ts';
import { rootPlaces } from '../../root-places.ts';
import { type RootUse, rootUse } from '../../rootfs-use.ts';
import { type ListedRoot, rootForPrograms, rootTable } from '../../show/root.ts';
import type { Invocation } from '../../verb.ts';

export async function list(invocation: Invocation): Promise<ExitReason> {
  const use = await rootUse(invocation.value('config-dir'));
  const places = rootPlaces(invocation, use.host);
  const roots = await withUsers(await listRoots(places), use);
  if (invocation.flag('json')) print(`${JSON.stringify(roots.map(rootForPrograms), undefined, 2)}\n`);
  else print(rootTable(roots));
  for (const left of await leftovers(places.directory))
    tell(`${left} is left of work that was killed; the next umlnfs rootfs create removes it`);
  return 'ok';
}

/** They are there to be seen even where it cannot be told who uses them. */
export async function withUsers(roots: readonly FoundRoot[], use: RootUse): Promise<ListedRoot[]> {
  let told = false;
  const listed: ListedRoot[] = [];
  for (const root of roots) {
    const users = await use.usersOf(root.path).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      if (!told) tell(error.message);
      told = true;
      return undefined;
    });
    listed.push({ ...root, users });
  }
  return listed;
}
