import { sanitise } from './end.ts';

/** What a guest says of itself through /proc/mconsole, in the lines of sd_notify(3). */
export interface GuestMessage {
  readonly ready: boolean;
  /** One printable line of at most 200 characters; undefined where it said none. */
  readonly status: string | undefined;
}

/** Reads `READY=1` and `STATUS=…` as whole lines; everything else is ignored. Later lines win. */
export function parseGuestMessage(text: string): GuestMessage {
  let ready = false;
  let status: string | undefined;
  for (const line of text.split('\n')) {
    if (line.trimEnd() === 'READY=1') ready = true;
    else if (line.startsWith('STATUS=')) status = sanitise(line.slice('STATUS='.length));
  }
  return { ready, status };
}
