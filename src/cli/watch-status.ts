import type { Client } from '../adapters/dbus/client.ts';
import { NoSuchGuest } from '../adapters/dbus/client-errors.ts';
import type { GuestStatus } from '../model/status.ts';
import type { ExitReason } from './exit-codes.ts';
import { coloured, print } from './output.ts';
import { isPattern, matcherOf } from './pattern.ts';
import { fitScreen } from './show/fit.ts';
import { statusLine, statusTable } from './show/table.ts';

const clearScreen = '\u001b[H\u001b[2J';

/**
 * Shows guests and every change until the daemon or the user ends it: on a terminal as a table that is drawn
 * anew, else a line per change. Rejects with DaemonUnreachable.
 */
export async function watchStatus(
  client: Client,
  names: readonly string[],
  json: boolean,
): Promise<ExitReason> {
  const matchers = names.map(matcherOf);
  const wanted = (name: string) => names.length === 0 || matchers.some((matches) => matches(name));
  const known = new Map<string, GuestStatus>();
  const now = () => Date.now() * 1000;
  const table = process.stdout.isTTY === true && !json;
  const draw = () => {
    // A terminal that does not know its size says 0.
    const columns = process.stdout.columns || 80;
    const rows = process.stdout.rows || 24;
    print(clearScreen + fitScreen(statusTable([...known.values()], now(), coloured()), columns, rows));
  };
  const line = (guest: GuestStatus) => print(json ? `${JSON.stringify(guest)}\n` : statusLine(guest, now()));

  await new Promise<never>((_, reject) => {
    const start = async () => {
      const guests = await client.watch((event) => {
        if (event.kind === 'lost') return reject(event.error);
        const name = event.kind === 'removed' ? event.name : event.status.name;
        if (!wanted(name)) return;
        if (event.kind === 'removed') known.delete(name);
        else known.set(name, event.status);
        if (table) draw();
        else if (event.kind === 'removed')
          print(json ? `${JSON.stringify({ name, removed: true })}\n` : `${name} removed\n`);
        else line(event.status);
      });
      for (const name of names) {
        // Those that match may come later.
        if (!isPattern(name) && !guests.some((guest) => guest.name === name))
          throw new NoSuchGuest(`show guest ${name}`, 'there is no such guest', {
            hint: 'see umlnfs status',
          });
      }
      for (const guest of guests) if (wanted(guest.name)) known.set(guest.name, guest);
      if (!table) for (const guest of known.values()) line(guest);
      else {
        draw();
        // The times in it go on by themselves.
        setInterval(draw, 1000).unref();
        process.stdout.on('resize', draw);
      }
    };
    start().catch(reject);
  });
  return 'ok';
}
