import type { GuestEnd, GuestSeen, GuestState, ProcessSeen } from '../model/observed.ts';
import { unseen } from '../plan/plan.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What the daemon has seen of one guest since it watches it. */
export class GuestRecord {
  readonly name: string;
  seen: Mutable<GuestSeen> = { ...unseen };
  /** The newest end, kept for status when {@link seen}.end was answered by a start. */
  lastEnd: GuestEnd | undefined;
  lastEndWall = 0;
  /** When it rebooted itself, or powered itself off though it is to run, oldest first. */
  ownEnds: readonly number[] = [];
  /** The kernel said that it panicked (mconsole notification), before its process ended. */
  panicked = false;
  /** Wall clock, microseconds. */
  startedWall = 0;
  readySeconds = -1;
  state: GuestState | undefined;
  stateSince = 0;
  /** The pts of its console, once known for this process. */
  console = '';
  /** Lines `blocked` steps gave, for status. */
  blocked = '';
  /** What another guest has to do first, for status. */
  awaits = '';
  /** What the guest says of itself (STATUS= on /proc/mconsole), sanitised. */
  says = '';
  /** systemd starts it by itself this time. */
  automatic = false;
  /** The notify socket or the first answer showed that its kernel is up. */
  kernelUp = false;

  constructor(name: string) {
    this.name = name;
  }

  /** A process is there, started or adopted. */
  began(process: ProcessSeen, wallStarted: number): void {
    this.seen.process = process;
    this.seen.readyAt = undefined;
    this.seen.end = undefined;
    this.seen.stop = undefined;
    this.seen.notBefore = undefined;
    this.seen.health = unseen.health;
    if (this.seen.intent === 'restart') this.seen.intent = 'start';
    this.panicked = false;
    this.kernelUp = false;
    this.console = '';
    this.says = '';
    this.readySeconds = -1;
    this.startedWall = wallStarted;
  }

  becameReady(now: number): void {
    const { process } = this.seen;
    if (process === undefined || this.seen.readyAt !== undefined) return;
    this.seen.readyAt = now;
    this.readySeconds = (now - process.startedAt) / 1000;
  }
}
