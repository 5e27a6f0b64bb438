import { removeRoot } from '../../../adapters/rootfs/remove.ts';
import { findRoot } from '../../../adapters/rootfs/store.ts';
import { UserError } from '../../../model/error.ts';
import { agreed } from '../../confirm.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { tell } from '../../output.ts';
import { refuseUsed } from '../../root-in-use.ts';
import { rootPlaces } from '../../root-places.ts';
import { rootUse } from '../../rootfs-use.ts';
import { sizeText } from '../../show/size.ts';
import type { Invocation } from '../../verb.ts';
import { noRoot } from './show.ts';

export async function remove(invocation: Invocation): Promise<ExitReason> {
  const [name = ''] = invocation.operands;
  const use = await rootUse(invocation.value('config-dir'));
  const places = rootPlaces(invocation, use.host);
  const root = await findRoot(name, places);
  if (root === undefined) throw noRoot('remove', name, places.directory);
  const [clone] = root.clones;
  if (clone !== undefined) {
    throw new UserError(
      `remove root ${name}`,
      `${clone} is a clone of it, and has from it what it does not differ in`,
      {
        hint: 'remove that first',
      },
    );
  }
  await refuseUsed(`remove root ${name}`, root.path, use);
  if (!(await agreed(invocation, 'rootfs remove', `Remove ${root.path} (${sizeText(root.used)})?`))) {
    tell(`root ${name} stays`);
    return 'ok';
  }
  // Somebody may have thought about it for long.
  if (!invocation.flag('yes')) await refuseUsed(`remove root ${name}`, root.path, use);
  await removeRoot(root);
  tell(`root ${name} is removed`);
  return 'ok';
}
