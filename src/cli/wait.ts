import { UserError } from '../model/error.ts';
import type { GuestStatus } from '../model/status.ts';

export type Action = 'start' | 'stop' | 'restart' | 'reset';

export class TimedOut extends UserError {}

export type Verdict = 'pending' | 'done' | { readonly failed: string };

/**
 * Whether what was asked of a guest has come true.
 * @param before its status when it was asked
 * @param now its status now; undefined when it is gone
 * @param settled whether the daemon had time to react: until then a bad state may be the one of before
 */
export function judge(
  action: Action,
  before: GuestStatus,
  now: GuestStatus | undefined,
  settled: boolean,
): Verdict {
  if (now === undefined) return action === 'stop' ? 'done' : { failed: 'its definition was removed' };
  if (action === 'stop') {
    if (now.state === 'stopped') return 'done';
    return settled && now.pid === 0 && now.state === 'failed' ? 'done' : 'pending';
  }
  if (now.state === 'running') {
    const again = now.pid !== before.pid || now.startedAt !== before.startedAt;
    return action !== 'restart' || again ? 'done' : 'pending';
  }
  const ended = now.lastEndAt !== before.lastEndAt && now.lastEndReason !== 'stopped';
  const fresh = settled || ended || now.stateSince !== before.stateSince;
  switch (now.state) {
    case 'stopped':
      if (action === 'reset' && fresh) return 'done';
      return ended || settled ? { failed: failure(now) } : 'pending';
    case 'failed':
      return fresh ? { failed: failure(now) } : 'pending';
    case 'backoff':
      return ended || settled || (fresh && now.problem !== '') ? { failed: failure(now) } : 'pending';
    case 'starting':
      return settled && now.pid === 0 && now.problem !== '' ? { failed: now.problem } : 'pending';
    default:
      return 'pending';
  }
}

function failure(guest: GuestStatus): string {
  const end = guest.lastEndReason === '' ? '' : `it ended (${guest.lastEndReason}): ${guest.lastEndDetail}`;
  const words = [guest.problem || end, guest.detail].filter((text) => text !== '');
  return words.length === 0 ? `it is ${guest.state}` : words.join('; ');
}
