import { DaemonUnreachable } from '../../adapters/dbus/client-errors.ts';
import type { PlanLine } from '../../model/status.ts';
import { connect } from '../connect.ts';
import type { ExitReason } from '../exit-codes.ts';
import { print, tell } from '../output.ts';
import { matcherOf } from '../pattern.ts';
import { printable } from '../printable.ts';
import type { Invocation } from '../verb.ts';

export async function plan(invocation: Invocation): Promise<ExitReason> {
  const matchers = invocation.operands.map(matcherOf);
  const all = await planned(invocation);
  const lines = all.filter(
    ({ guest }) => matchers.length === 0 || matchers.some((matches) => matches(guest)),
  );
  if (invocation.flag('json')) print(`${JSON.stringify(lines, undefined, 2)}\n`);
  else if (lines.length === 0) print('nothing to do\n');
  else print(lines.map(({ what, why }) => `${printable(what)}, because ${printable(why)}\n`).join(''));
  return 'ok';
}

async function planned(invocation: Invocation): Promise<readonly PlanLine[]> {
  const configDir = invocation.value('config-dir');
  if (configDir !== undefined) return locally(configDir);
  try {
    const client = await connect(invocation);
    return await client.plan().finally(() => client.close());
  } catch (error) {
    // Where an address was given, that daemon is meant.
    if (!(error instanceof DaemonUnreachable) || invocation.value('bus') !== undefined) throw error;
    tell('no daemon runs here; this is what one that started now would do');
    return locally(undefined);
  }
}

async function locally(configDir: string | undefined): Promise<readonly PlanLine[]> {
  const { planLocally } = await import('../../daemon/plan-locally.ts');
  return planLocally(configDir === undefined ? {} : { configDir });
}
