import type { Client } from '../../adapters/dbus/client.ts';
import type { GuestStatus } from '../../model/status.ts';
import { connect } from '../connect.ts';
import type { ExitReason } from '../exit-codes.ts';
import { coloured, print } from '../output.ts';
import { isPattern, namesOf } from '../pattern.ts';
import { statusDetail } from '../show/detail.ts';
import { statusTable } from '../show/table.ts';
import type { Invocation } from '../verb.ts';
import { watchStatus } from '../watch-status.ts';

export async function status(invocation: Invocation): Promise<ExitReason> {
  const client = await connect(invocation);
  try {
    if (invocation.flag('watch'))
      return await watchStatus(client, invocation.operands, invocation.flag('json'));
    const guests = await select(client, invocation.operands);
    print(render(guests, invocation));
    const down = invocation.operands.length > 0 && guests.some(({ state }) => state !== 'running');
    return down ? 'notRunning' : 'ok';
  } finally {
    client.close();
  }
}

/** Those named, in that order; a name that is nobody's is an error even if others exist. */
async function select(client: Client, operands: readonly string[]): Promise<GuestStatus[]> {
  if (operands.length === 0) return client.guests();
  return Promise.all((await namesOf(client, operands)).map((name) => client.guest(name)));
}

function render(guests: readonly GuestStatus[], { operands, flag }: Invocation): string {
  if (flag('json')) return `${JSON.stringify(guests, undefined, 2)}\n`;
  const now = Date.now() * 1000;
  // A pattern is for an overview, as no name is.
  if (operands.every(isPattern)) return statusTable(guests, now, coloured());
  return guests.map((guest) => statusDetail(guest, now, coloured())).join('\n');
}
