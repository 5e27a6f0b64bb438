import { sanitise } from '../../model/end.ts';
import type { GuestState } from '../../model/observed.ts';
import type { GuestStatus } from '../../model/status.ts';

const codes: Readonly<Record<GuestState, number>> = {
  running: 32,
  starting: 33,
  stopping: 33,
  backoff: 33,
  stopped: 90,
  failed: 31,
};

export function colouredState(state: GuestState, text: string, colours: boolean): string {
  const code = codes[state] as number | undefined;
  return colours && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** The one line that says most about a guest: its problem, what it does, or how it ended. */
export function story(guest: GuestStatus): string {
  const parts = [guest.problem, guest.detail];
  if (guest.state !== 'running' && guest.lastEndReason !== '') {
    parts.push(
      guest.lastEndDetail === '' ? guest.lastEndReason : `${guest.lastEndReason}: ${guest.lastEndDetail}`,
    );
  }
  return parts
    .map(sanitise)
    .filter((part) => part !== '')
    .join('; ');
}
