import { checkConfigDirectory } from '../../daemon/config-directory.ts';
import { hostId } from '../../daemon/definitions.ts';
import { locations } from '../../daemon/locations.ts';
import { nextCatalog } from '../../definition/catalog.ts';
import { checkDefinitions } from '../../definition/check.ts';
import type { Loaded } from '../../definition/source.ts';
import { collapse } from '../../definition/template/collapse.ts';
import { desired } from '../../model/derive.ts';
import { formatProblem, type Problem } from '../../model/problem.ts';
import { checkOnHost } from '../check/host.ts';
import { loadForCheck } from '../check/load.ts';
import { checkTools } from '../check/tools.ts';
import type { ExitReason } from '../exit-codes.ts';
import { print, tell } from '../output.ts';
import type { Invocation } from '../verb.ts';

export async function check(invocation: Invocation): Promise<ExitReason> {
  const configDir = invocation.value('config-dir');
  await checkConfigDirectory('check the definitions', configDir);
  const { loaded, before, concerns, count } = await loadForCheck(locations(configDir), invocation.operands);
  const id = await hostId();
  const all = await problemsOf(loaded, id, before);
  // What was taken in can do harm to others.
  const old = new Set(before && (await problemsOf(before, id, before)).map(formatProblem));
  const isNew = (problem: Problem) => before !== undefined && !old.has(formatProblem(problem));
  const problems = all.filter((problem) => concerns(problem) || isNew(problem));
  if (process.geteuid?.() !== 0 && loaded.guests.size > 0)
    tell('kernels are not looked at, which takes root');
  const lines = [...new Set(problems.map(formatProblem))];
  print(lines.map((line) => `${line}\n`).join(''));
  if (problems.some(({ severity }) => severity === 'error')) return 'failure';
  tell(count === 1 ? '1 definition is fine' : `${count} definitions are fine`);
  return 'ok';
}

/** @param before what is in force already */
async function problemsOf(loaded: Loaded, id: string, before: Loaded | undefined): Promise<Problem[]> {
  const catalog = nextCatalog(undefined, loaded, id);
  const wanted = desired(catalog.host, catalog.guests.values(), id, undefined, catalog.users).desired;
  const privileged = process.geteuid?.() === 0;
  return [
    ...checkDefinitions(loaded, id, before),
    ...(await checkTools(catalog.host, loaded.hostFile)),
    ...collapse(await checkOnHost(wanted, catalog.guests, catalog.host.directories.runtime, privileged)),
  ];
}
