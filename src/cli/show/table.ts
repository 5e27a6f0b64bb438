import type { GuestStatus } from '../../model/status.ts';
import { shortDuration } from './duration.ts';
import { colouredState, story } from './state.ts';

const titles = ['NAME', 'STATE', 'SINCE', 'ADDRESS', 'READY', 'HEALTH', 'RESTARTS', 'DETAIL'];

function cells(guest: GuestStatus, now: number): string[] {
  return [
    guest.name,
    guest.state,
    guest.stateSince === 0 ? '-' : shortDuration((now - guest.stateSince) / 1e6),
    guest.address || '-',
    guest.readySeconds < 0 ? '-' : `${guest.readySeconds.toFixed(1)}s`,
    guest.health,
    String(guest.restarts),
    story(guest) || '-',
  ];
}

/**
 * A row per guest under titles. No cell but the last has a space, so that `awk '{print $2}'` is the state.
 * @param now microseconds since the epoch
 */
export function statusTable(guests: readonly GuestStatus[], now: number, colours: boolean): string {
  const rows = [titles, ...guests.map((guest) => cells(guest, now))];
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row, index) => {
      const state = guests[index - 1]?.state;
      const padded = row.map((cell, column) => {
        const text = column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0);
        return column === 1 && state !== undefined ? colouredState(state, text, colours) : text;
      });
      return `${padded.join('  ')}\n`;
    })
    .join('');
}

/** One row for a guest that changed, in columns of fixed width. */
export function statusLine(guest: GuestStatus, now: number): string {
  const widths = [16, 8, 8, 15, 6, 7, 3, 0];
  const padded = cells(guest, now).map((cell, column) => cell.padEnd(widths[column] ?? 0));
  return `${padded.join('  ').trimEnd()}\n`;
}
