import { execa } from 'execa';
import type { GuestStatus } from '../../model/status.ts';

/** systemd's own socket: the daemon's NOTIFY_SOCKET may be another. */
const socket = '/run/systemd/notify';
/** Told at once; more wait for their turn. */
const breadth = 4;

interface Told {
  readonly pid: number;
  readonly ready: boolean;
  readonly text: string;
}

/**
 * Tells systemd of the guests' units what their main processes cannot tell: that the guest is ready, and how it is.
 * Takes CAP_SYS_ADMIN, as it speaks for other processes.
 */
export class GuestNotify {
  readonly #told = new Map<string, Told>();
  readonly #wanted = new Map<string, Told>();
  #running = 0;

  /** Says what changed since the last call. Never throws: a process may have ended meanwhile. */
  tell(statuses: readonly GuestStatus[]): void {
    for (const status of statuses) {
      if (status.pid === 0) {
        this.#told.delete(status.name);
        this.#wanted.delete(status.name);
        continue;
      }
      const ready = status.readySeconds >= 0 || status.state === 'running';
      // What makes systemd count it as running says so too.
      const then: GuestStatus =
        ready && status.state === 'starting' ? { ...status, state: 'running', detail: '' } : status;
      const now = { pid: status.pid, ready, text: statusLine(then) };
      const before = this.#told.get(status.name);
      if (before !== undefined && same(before, now)) continue;
      this.#told.set(status.name, now);
      this.#wanted.set(status.name, now);
    }
    this.#work();
  }

  #work(): void {
    while (this.#running < breadth) {
      const [next] = this.#wanted;
      if (next === undefined) return;
      this.#wanted.delete(next[0]);
      this.#running += 1;
      void say(next[1].pid, [...(next[1].ready ? ['--ready'] : []), `--status=${next[1].text}`]).finally(
        () => {
          this.#running -= 1;
          this.#work();
        },
      );
    }
  }
}

/** systemd ends a hung service and starts it again, as its Restart= says. */
export async function reportHang(pid: number): Promise<void> {
  await say(pid, ['WATCHDOG=trigger']);
}

async function say(pid: number, words: readonly string[]): Promise<void> {
  await execa('systemd-notify', [`--pid=${pid}`, '--no-block', ...words], {
    env: { NOTIFY_SOCKET: socket },
    stdin: 'ignore',
    reject: false,
    timeout: 5_000,
  });
}

function same(a: Told, b: Told): boolean {
  return a.pid === b.pid && a.ready === b.ready && a.text === b.text;
}

/** A guest in a line: state, address, what it waits for, health, restarts, and why it ended last. */
export function statusLine(status: GuestStatus): string {
  const { state, address, detail, health, problem, restarts, lastEndReason } = status;
  const where = address === '' ? state : `${state} at ${address}`;
  const parts = [
    where,
    detail,
    ...(state === 'running' ? [`health ${health}`] : []),
    ...(restarts > 0 ? [`${restarts} restart${restarts === 1 ? '' : 's'}`] : []),
    ...(lastEndReason === '' ? [] : [`last end: ${lastEndReason}`]),
    problem,
  ];
  return parts
    .filter((part) => part !== '')
    .join('; ')
    .replaceAll('\n', ' ');
}
