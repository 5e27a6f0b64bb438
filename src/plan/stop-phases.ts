import type { StopPhase } from '../model/observed.ts';

/**
 * The way down, gentlest first. `limit` is how long (ms) the guest may take before the next phase follows;
 * ctrl-alt-del has the definition's StopTimeoutSec= instead. Each is bounded, so that a guest whose NFS server
 * is gone ends as well.
 */
const phases: readonly { readonly phase: StopPhase; readonly limit: number }[] = [
  { phase: 'ctrl-alt-del', limit: Number.NaN },
  { phase: 'sync', limit: 1_500 },
  { phase: 'halt', limit: 3_000 },
  { phase: 'term', limit: 2_000 },
  { phase: 'kill', limit: 2_000 },
];

/** How long `phase` may take, in milliseconds. */
export function phaseLimit(phase: StopPhase, stopTimeout: number): number {
  if (phase === 'ctrl-alt-del') return stopTimeout;
  return phases.find((entry) => entry.phase === phase)?.limit ?? 2_000;
}

/** The phase after `phase`; kill is repeated. */
export function nextPhase(phase: StopPhase): StopPhase {
  const index = phases.findIndex((entry) => entry.phase === phase);
  return phases[index + 1]?.phase ?? 'kill';
}
