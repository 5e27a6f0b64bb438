import type { Desired, GuestWanted } from '../model/desired.ts';
import type { GuestState, Observed } from '../model/observed.ts';
import type { GuestStatus } from '../model/status.ts';
import { stateOf } from '../plan/state.ts';
import type { GuestRecord } from './record.ts';

/** What status is made of, besides the guest's record. */
export interface StatusContext {
  readonly desired: Desired | undefined;
  readonly observed: Observed | undefined;
  /** Why a guest's newest definition is not in force, formatted. */
  readonly definitionProblem: (guest: string) => string | undefined;
  readonly definitionFiles: ReadonlyMap<string, string>;
  readonly consoleLog: (guest: string) => string;
  /** Why a guest cannot start that nothing else keeps from it. */
  readonly sharedProblem: (guest: string) => string | undefined;
  readonly now: number;
}

/** One guest's status; moves the record's state on when it changed. */
export function statusOf(record: GuestRecord, context: StatusContext): GuestStatus {
  const wanted = context.desired?.guests.get(record.name);
  const { seen } = record;
  const unusable = wanted === undefined && context.definitionProblem(record.name) !== undefined;
  const state = unusable && seen.process === undefined ? 'failed' : stateNow(record, wanted, context);
  if (state !== record.state) {
    record.state = state;
    record.stateSince = Date.now() * 1000;
  }
  const kernel = wanted === undefined ? undefined : context.observed?.kernels.get(wanted.kernel);
  const { lastEnd } = record;
  return {
    name: record.name,
    description: wanted?.description ?? '',
    state,
    stateSince: record.stateSince,
    detail: detailOf(record, wanted, state, context.now),
    problem: problemOf(record, state, context),
    address: wanted?.network.address ?? '',
    ipv6Address: kernel?.ok && kernel.caps.ipv6 !== 'none' ? (wanted?.network.ipv6 ?? '') : '',
    mac: wanted?.network.mac ?? '',
    tap: wanted?.network.tap ?? '',
    network: wanted?.network.bridge ?? '',
    kernel: wanted?.kernel ?? '',
    kernelVersion: kernel?.ok ? kernel.caps.version : '',
    rootServer: wanted?.root.onDisk ? '' : (wanted?.root.server ?? ''),
    rootDirectory: (wanted?.root.onDisk ? wanted.disks[0]?.path : wanted?.root.directory) ?? '',
    pid: seen.process?.pid ?? 0,
    uid: seen.process?.uid ?? 0,
    startedAt: seen.process === undefined ? 0 : record.startedWall,
    readySeconds: seen.readyAt === undefined ? -1 : record.readySeconds,
    restarts: seen.restarts,
    health: healthOf(record),
    lastEndReason: lastEnd?.reason ?? '',
    lastEndDetail: lastEnd?.detail ?? '',
    lastEndAt: record.lastEndWall,
    console: record.console,
    log: context.consoleLog(record.name),
    definition: context.definitionFiles.get(record.name) ?? '',
  };
}

/** A guest that something stands in the way of is not starting: it is tried again and again. */
function stateNow(record: GuestRecord, wanted: GuestWanted | undefined, context: StatusContext): GuestState {
  const { seen } = record;
  const state = stateOf(wanted, seen, context.now);
  const obstructed = record.blocked !== '' || context.sharedProblem(record.name) !== undefined;
  return state === 'starting' && seen.process === undefined && obstructed ? 'backoff' : state;
}

function healthOf(record: GuestRecord): GuestStatus['health'] {
  const { health, readyAt } = record.seen;
  if (readyAt === undefined) return 'unknown';
  if (health.failures > 0) return 'failing';
  return health.lastOkAt === undefined ? 'unknown' : 'ok';
}

function problemOf(record: GuestRecord, state: GuestState, context: StatusContext): string {
  const definition = context.definitionProblem(record.name);
  if (record.blocked !== '') return record.blocked;
  if (record.seen.problem !== undefined) return record.seen.problem;
  if (definition !== undefined) return definition;
  const waits = record.seen.process === undefined && (state === 'starting' || state === 'backoff');
  return waits ? (context.sharedProblem(record.name) ?? '') : '';
}

function detailOf(
  record: GuestRecord,
  wanted: GuestWanted | undefined,
  state: GuestState,
  now: number,
): string {
  const { seen } = record;
  switch (state) {
    case 'starting':
      if (seen.process === undefined) return record.awaits === '' ? 'waiting to be started' : record.awaits;
      if (record.says !== '') return record.says;
      if (seen.readyAt !== undefined) return 'ready; systemd is told so';
      return wanted?.ready === 'mount'
        ? 'waiting for its root to be mounted'
        : 'waiting for READY=1 from the guest';
    case 'running':
      if (record.awaits !== '') return record.awaits;
      if (seen.health.failures > 0) {
        return `${seen.health.failures} of ${wanted?.health.threshold ?? '?'} health checks failed: ${seen.health.lastError ?? ''}`;
      }
      return record.says;
    case 'stopping':
      return seen.stop === undefined ? '' : `${seen.stop.phase}: ${seen.stop.cause}`;
    case 'backoff':
      if (seen.unit !== undefined && seen.retryAt === undefined) return 'systemd starts it again';
      return backoffDetail(seen.notBefore ?? seen.retryAt, now);
    case 'failed':
      if (seen.unit !== undefined) return `umlnfs reset ${record.name} lets it start again`;
      return seen.quarantined ? `failed too often; umlnfs reset ${record.name} lets it start again` : '';
    default:
      return '';
  }
}

function backoffDetail(until: number | undefined, now: number): string {
  return until === undefined
    ? 'next try soon'
    : `next try in ${Math.max(0, Math.ceil((until - now) / 1000))} s`;
}
