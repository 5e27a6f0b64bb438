import type { Client } from '../adapters/dbus/client.ts';
import { sanitise } from '../model/end.ts';
import { UserError } from '../model/error.ts';
import type { GuestStatus } from '../model/status.ts';
import { connect } from './connect.ts';
import type { ExitReason } from './exit-codes.ts';
import { secondsOption } from './options.ts';
import { tell } from './output.ts';
import { namesOf } from './pattern.ts';
import { progress } from './progress.ts';
import type { Invocation } from './verb.ts';
import { type Action, judge, TimedOut } from './wait.ts';

/** How long the daemon may take until a wish shows in the status. */
const settleTime = 5_000;
/** Of a class that fails as one, a few show where to look. */
const mostHints = 3;
const goals: Readonly<Record<Action, string>> = {
  start: 'ready',
  stop: 'stopped',
  restart: 'ready again',
  reset: 'ready or stopped',
};

/** Asks the daemon to act on all named guests, and waits for what becomes of them unless --no-wait is given. */
export async function act(action: Action, invocation: Invocation): Promise<ExitReason> {
  const timeout = secondsOption(invocation, 'timeout');
  const client = await connect(invocation);
  try {
    const names = await namesOf(client, invocation.operands);
    // All names first: a typing error in the last must not act on the first.
    await Promise.all(names.map((name) => client.guest(name)));
    if (invocation.flag('no-wait')) {
      await Promise.all(names.map((name) => client.act(action, name)));
      return 'ok';
    }
    const failures = await actAndWait(client, action, names, timeout);
    for (const message of failures.values()) tell(message);
    for (const name of [...failures.keys()].slice(0, mostHints))
      tell(`hint: umlnfs status ${name} and umlnfs logs ${name} tell more`);
    if (failures.size > 0 && names.length > 1)
      tell(`${names.length - failures.size} of ${names.length} guests are ${goals[action]}`);
    return failures.size === 0 ? 'ok' : 'failure';
  } finally {
    client.close();
  }
}

/** Resolves with the guests that failed, and a message for each. Rejects with TimedOut, or what the client rejects with. */
export async function actAndWait(
  client: Client,
  action: Action,
  names: readonly string[],
  timeout: number | undefined,
) {
  const before = new Map<string, GuestStatus>();
  const now = new Map<string, GuestStatus>();
  const pending = new Set(names);
  const failures = new Map<string, string>();
  const shown = progress(action, names.length);
  let settled = false;
  let asked = false;
  let finish: () => void = () => undefined;
  let abort: (error: Error) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    finish = resolve;
    abort = reject;
  });
  // It may be rejected before somebody waits for it.
  finished.catch(() => undefined);

  const look = () => {
    if (!asked) return;
    for (const name of pending) {
      const was = before.get(name);
      const verdict =
        was === undefined ? { failed: 'it is gone' } : judge(action, was, now.get(name), settled);
      if (verdict === 'pending') continue;
      pending.delete(name);
      if (verdict !== 'done') failures.set(name, sentence(action, name, sanitise(verdict.failed)));
    }
    shown.update([...pending], now);
    if (pending.size === 0) finish();
  };

  for (const guest of await client.watch((event) => {
    if (event.kind === 'lost') return abort(event.error);
    if (event.kind === 'removed') now.delete(event.name);
    else now.set(event.status.name, event.status);
    look();
  })) {
    before.set(guest.name, guest);
    now.set(guest.name, guest);
  }
  const timers = [
    setTimeout(() => {
      settled = true;
      look();
    }, settleTime),
  ];
  if (timeout !== undefined) {
    const late = () => {
      const who = [...pending].join(', ');
      abort(
        new TimedOut(`wait for ${who}`, `not ${goals[action]} after ${timeout / 1000} s`, {
          hint: 'umlnfs status tells what it does',
        }),
      );
    };
    timers.push(setTimeout(late, timeout));
  }
  try {
    const wishes = await Promise.allSettled(names.map((name) => client.act(action, name)));
    for (const [index, wish] of wishes.entries()) {
      if (wish.status === 'fulfilled') continue;
      if (!(wish.reason instanceof UserError) || names.length === 1) throw wish.reason;
      pending.delete(names[index] ?? '');
      failures.set(names[index] ?? '', wish.reason.message);
    }
    asked = true;
    look();
    await finished;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    shown.end();
  }
  return failures;
}

/** The daemon's own sentence where it says the same already. */
function sentence(action: Action, name: string, cause: string): string {
  const said = `cannot ${action} guest ${name}: `;
  return cause.startsWith(said) ? cause : said + cause;
}
