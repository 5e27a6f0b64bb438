import { checkConfigDirectory } from '../../daemon/config-directory.ts';
import { hostId } from '../../daemon/definitions.ts';
import { locations } from '../../daemon/locations.ts';
import { nextCatalog } from '../../definition/catalog.ts';
import { checkDefinitions } from '../../definition/check.ts';
import { collapse } from '../../definition/template/collapse.ts';
import { desired } from '../../model/derive.ts';
import { formatProblem } from '../../model/problem.ts';
import { checkOnHost } from '../check/host.ts';
import { loadForCheck } from '../check/load.ts';
import { checkTools } from '../check/tools.ts';
import type { ExitReason } from '../exit-codes.ts';
import { print, tell } from '../output.ts';
import type { Invocation } from '../verb.ts';

export async function check(invocation: Invocation): Promise<ExitReason> {
  const configDir = invocation.value('config-dir');
  await checkConfigDirectory('check the definitions', configDir);
  const { loaded, before, concerns } = await loadForCheck(locations(configDir), invocation.operands);
  const id = await hostId();
  const catalog = nextCatalog(undefined, loaded, id);
  const wanted = desired(catalog.host, catalog.guests.values(), id, undefined, catalog.users).desired;
  const privileged = process.geteuid?.() === 0;
  if (!privileged && wanted.guests.size > 0) tell('kernels are not looked at, which takes root');
  const problems = [
    ...checkDefinitions(loaded, id, before),
    ...(await checkTools(catalog.host, loaded.hostFile)),
    ...collapse(await checkOnHost(wanted, catalog.guests, catalog.host.directories.runtime, privileged)),
  ].filter(concerns);
  const lines = [...new Set(problems.map(formatProblem))];
  print(lines.map((line) => `${line}\n`).join(''));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return 'failure';
  const count = loaded.guests.size;
  tell(count === 1 ? '1 definition is fine' : `${count} definitions are fine`);
  return 'ok';
}
