import { constants } from 'node:os';

/** What systemd tells of a service. Times are microseconds on the monotonic clock. */
export interface UnitState {
  readonly active: string;
  readonly sub: string;
  readonly result: string;
  readonly job: boolean;
  readonly restarts: number;
  /** 0 where none runs. */
  readonly mainPid: number;
  /** The main process of the last run, which may have ended. */
  readonly lastPid: number;
  readonly startedAt: number;
  /** How the last run's main process ended: CLD_EXITED is 1, CLD_KILLED 2, CLD_DUMPED 3; 0 while it runs. */
  readonly code: number;
  readonly status: number;
  /** Names one run in the journal; empty where there was none. */
  readonly invocation: string;
}

export const noUnit: UnitState = {
  active: 'inactive',
  sub: 'dead',
  result: 'success',
  job: false,
  restarts: 0,
  mainPid: 0,
  lastPid: 0,
  startedAt: 0,
  code: 0,
  status: 0,
  invocation: '',
};

/** As they come over D-Bus. */
export type Properties = Readonly<Record<string, { readonly value: unknown }>>;

const readers: Readonly<Record<string, (value: unknown) => Partial<UnitState>>> = {
  ActiveState: (value) => ({ active: String(value) }),
  SubState: (value) => ({ sub: String(value) }),
  // (uo): 0 where there is none.
  Job: (value) => ({ job: Array.isArray(value) && Number(value[0]) !== 0 }),
  InvocationID: (value) => ({ invocation: Buffer.from(value as Uint8Array).toString('hex') }),
  Result: (value) => ({ result: String(value) }),
  NRestarts: (value) => ({ restarts: Number(value) }),
  MainPID: (value) => ({ mainPid: Number(value) }),
  ExecMainPID: (value) => ({ lastPid: Number(value) }),
  ExecMainStartTimestampMonotonic: (value) => ({ startedAt: Number(value) }),
  ExecMainCode: (value) => ({ code: Number(value) }),
  ExecMainStatus: (value) => ({ status: Number(value) }),
};

/** The properties that {@link stateOf} reads and that no list of units has, by interface. */
export const unitProperties = ['InvocationID'] as const;
export const serviceProperties = [
  'Result',
  'NRestarts',
  'MainPID',
  'ExecMainPID',
  'ExecMainStartTimestampMonotonic',
  'ExecMainCode',
  'ExecMainStatus',
] as const;

/** What these properties tell; others are left out. */
export function stateOf(properties: Properties): Partial<UnitState> {
  const state: Partial<UnitState> = {};
  for (const [name, variant] of Object.entries(properties)) {
    if (Object.hasOwn(readers, name)) Object.assign(state, readers[name]?.(variant.value));
  }
  return state;
}

/** What systemd has decided about a guest that ended: to start it again after a delay, or never. */
export type Decision = 'backoff' | 'quarantined';

/** The decision that a change of a unit's state shows; undefined for any other change. */
export function decisionOf(before: UnitState, after: UnitState): Decision | undefined {
  const waited = before.sub.startsWith('auto-restart');
  if (after.sub.startsWith('auto-restart')) {
    // What ended well does not back off: it rebooted.
    return waited || after.result === 'success' ? undefined : 'backoff';
  }
  if (after.active !== 'failed' || before.active === 'failed') return undefined;
  // The result is that of the last run where there was one; only the limit comes between its restart and its start.
  return waited || after.result === 'start-limit-hit' ? 'quarantined' : undefined;
}

/** How the process `pid` ended; empty where systemd tells only of a later one. */
export function exitOf(
  state: UnitState,
  pid: number,
): { code: number | undefined; signal: string | undefined } {
  if (state.lastPid !== pid || state.code === 0) return { code: undefined, signal: undefined };
  if (state.code === 1) return { code: state.status, signal: undefined };
  const name = Object.entries(constants.signals).find(([, number]) => number === state.status)?.[0];
  return { code: undefined, signal: name ?? `signal ${state.status}` };
}
