/** Steps that several guests need and that failed a moment ago: who waits for them, and until when. */
import type { GuestWanted } from '../model/desired.ts';
import type { Observed, SharedFailure } from '../model/observed.ts';
import type { Step } from './step.ts';

export interface Failures {
  readonly waits: readonly Step[];
  /** Whether the step is one of those that failed, so that it has to wait. */
  includes(step: Step): boolean;
  /** Whether the guest cannot start: a missing NFS server or initramfs holds up only those that need it. */
  hold(guest: GuestWanted): boolean;
  /** Whether what its tap lets through cannot be filtered, so that none must be made. */
  unguard(guest: GuestWanted): boolean;
}

/** The network that a step is about, where it is about one. */
export function networkOf(step: Step): string | undefined {
  switch (step.kind) {
    case 'bridge.ensure':
      return step.bridge.network;
    case 'names.serve':
      return step.names.network;
    case 'names.end':
      return step.network;
    case 'port.attach':
      return step.port.network;
    case 'route.add':
      return step.route.network;
    default:
      return undefined;
  }
}

/** Whether a failure keeps the guest from starting by itself, not only by what it lacks then. */
export function concerns({ step, network }: SharedFailure, guest: GuestWanted): boolean {
  if (step === 'filter.apply') return guest.network.guarded;
  if (step === 'units.configure') return true;
  if (network !== guest.network.bridge) return false;
  return step === 'bridge.ensure' || (step === 'names.serve' && guest.network.leased);
}

export function waitingFailures(observed: Observed, now: number): Failures {
  const failures = observed.sharedFailures.filter(({ retryAt }) => now < retryAt);
  return {
    waits: failures.map(({ retryAt, problem }) => {
      return { kind: 'wait', guest: '', until: retryAt, why: `the last try failed: ${problem}` };
    }),
    includes: (step) =>
      failures.some((failure) => failure.step === step.kind && failure.network === networkOf(step)),
    unguard: (guest) => guest.network.guarded && failures.some(({ step }) => step === 'filter.apply'),
    hold: (guest) => failures.some((failure) => concerns(failure, guest)),
  };
}
