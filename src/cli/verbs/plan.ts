import { DaemonUnreachable } from '../../adapters/dbus/client-errors.ts';
import type { LocalPlan } from '../../daemon/plan-locally.ts';
import { connect } from '../connect.ts';
import type { ExitReason } from '../exit-codes.ts';
import { print, tell } from '../output.ts';
import { knownOf } from '../pattern.ts';
import { printable } from '../printable.ts';
import type { Invocation } from '../verb.ts';

export async function plan(invocation: Invocation): Promise<ExitReason> {
  const { operands } = invocation;
  const { lines: all, guests } = await planned(invocation);
  // What is about no guest has the empty name, which a pattern could match.
  const known = [...new Set([...guests, ...all.map(({ guest }) => guest)])].filter((name) => name !== '');
  const wanted = knownOf(operands, known);
  const lines = operands.length === 0 ? all : all.filter(({ guest }) => wanted.has(guest));
  if (invocation.flag('json')) print(`${JSON.stringify(lines, undefined, 2)}\n`);
  else if (lines.length === 0) print('nothing to do\n');
  else print(lines.map(({ what, why }) => `${printable(what)}, because ${printable(why)}\n`).join(''));
  return 'ok';
}

async function planned(invocation: Invocation): Promise<LocalPlan> {
  const configDir = invocation.value('config-dir');
  if (configDir !== undefined) return locally(configDir);
  try {
    const client = await connect(invocation);
    try {
      const lines = await client.plan();
      // Afterwards: the daemon has read the definitions again for it.
      return { lines, guests: (await client.guests()).map(({ name }) => name) };
    } finally {
      client.close();
    }
  } catch (error) {
    // Where an address was given, that daemon is meant.
    if (!(error instanceof DaemonUnreachable) || invocation.value('bus') !== undefined) throw error;
    tell('no daemon runs here; this is what one that started now would do');
    return locally(undefined);
  }
}

async function locally(configDir: string | undefined): Promise<LocalPlan> {
  const { planLocally } = await import('../../daemon/plan-locally.ts');
  return planLocally(configDir === undefined ? {} : { configDir });
}
