/** Exports on servers other than this host's own. They are made in the background: a plan asks, and looks again. */
import type { Desired, ExportWanted } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import { serverUnseen } from '../model/server.ts';
import { whyExport, whyStale } from './exports.ts';
import type { Step } from './step.ts';

/** What a guest's export takes; `ready` when a guest can mount it. */
export function planServerExport(
  wanted: ExportWanted,
  server: string,
  observed: Observed,
  now: number,
): { readonly steps: readonly Step[]; readonly ready: boolean } {
  const { guest } = wanted;
  const seen = observed.servers.get(server) ?? serverUnseen;
  const still = (why: string) => ({
    steps: [{ kind: 'await', guest, needs: `server ${server}`, why } as const],
    ready: false,
  });
  if (!seen.reached) {
    if (seen.problem === undefined) return still(`the NFS server, ${server}, does not answer yet`);
    return { steps: [{ kind: 'blocked', guest, why: seen.problem }], ready: false };
  }
  if (seen.busy.has(guest)) return still(`its root is being exported on ${server}`);
  const why = seen.running ? whyExport(wanted, seen.exports) : `the NFS server of ${server} does not run`;
  if (why === undefined) return { steps: [], ready: true };
  const failure = seen.failures.get(guest);
  if (failure !== undefined && now < failure.retryAt) {
    return {
      steps: [
        { kind: 'blocked', guest, why: failure.problem },
        { kind: 'wait', guest, until: failure.retryAt, why: 'it is tried again then' },
      ],
      ready: false,
    };
  }
  return { steps: [{ kind: 'export.add', guest, export: wanted, why }], ready: false };
}

/** Exports of ours there that no definition wants. */
export function planStaleServerExports(desired: Desired, observed: Observed, now: number): Step[] {
  const steps: Step[] = [];
  for (const [server, seen] of observed.servers) {
    if (!seen.reached) continue;
    for (const each of seen.exports) {
      const why = whyStale(each, server, desired, observed);
      if (each.guest === undefined || why === undefined || seen.busy.has(each.guest)) continue;
      const { guest, path, client } = each;
      const retryAt = seen.failures.get(guest)?.retryAt ?? now;
      if (now < retryAt) steps.push({ kind: 'wait', guest, until: retryAt, why: 'it is tried again then' });
      else steps.push({ kind: 'export.remove', guest, path, client, server, why });
    }
  }
  return steps;
}
