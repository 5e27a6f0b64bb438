import { findRoot } from '../../../adapters/rootfs/store.ts';
import { UserError } from '../../../model/error.ts';
import { quote } from '../../../model/quote.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { print } from '../../output.ts';
import { rootPlaces } from '../../root-places.ts';
import { rootUse } from '../../rootfs-use.ts';
import { rootDetail, rootForPrograms } from '../../show/root.ts';
import type { Invocation } from '../../verb.ts';
import { withUsers } from './list.ts';

export async function show(invocation: Invocation): Promise<ExitReason> {
  const [name = ''] = invocation.operands;
  const use = await rootUse(invocation.value('config-dir'));
  const places = rootPlaces(invocation, use.host);
  const found = await findRoot(name, places);
  if (found === undefined) throw noRoot('show', name, places.directory);
  for (const root of await withUsers([found], use)) {
    print(
      invocation.flag('json') ? `${JSON.stringify(rootForPrograms(root), undefined, 2)}\n` : rootDetail(root),
    );
  }
  return 'ok';
}

export function noRoot(what: string, name: string, directory: string): UserError {
  return new UserError(
    `${what} root ${quote(name).slice(1, -1)}`,
    `there is none of that name in ${directory}`,
    {
      hint: 'umlnfs rootfs list shows them',
    },
  );
}
