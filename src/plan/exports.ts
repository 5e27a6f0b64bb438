import type { Desired, ExportWanted } from '../model/desired.ts';
import type { ExportSeen, Observed } from '../model/observed.ts';
import type { Step } from './step.ts';

function sameOptions(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}

function sameTarget(wanted: ExportWanted, seen: ExportSeen): boolean {
  return seen.path === wanted.path && seen.client === wanted.client;
}

function exportsHere({ exports }: Desired): boolean {
  return [...exports.values()].some(({ server }) => server === undefined);
}

/** NFS-Ganesha, where it is the exporter and does not run. */
export function planExporter(desired: Desired, observed: Observed): Step[] {
  const { exporter } = observed;
  if (exporter.kind === 'none' || exporter.running || !exportsHere(desired)) return [];
  return [
    {
      kind: 'exporter.start',
      exporter: exporter.kind,
      why: exporter.problem ?? 'the NFS server does not run',
    },
  ];
}

/** The export of one guest on this host. */
export function planExport(wanted: ExportWanted, observed: Observed): Step[] {
  if (observed.exporter.kind === 'none') return [];
  const why = whyExport(wanted, observed.exporter.exports);
  return why === undefined ? [] : [{ kind: 'export.add', guest: wanted.guest, export: wanted, why }];
}

/** Why the export has to be made; undefined where it is in force as wanted. */
export function whyExport(wanted: ExportWanted, exports: readonly ExportSeen[]): string | undefined {
  const seen = exports.find((entry) => entry.guest === wanted.guest && sameTarget(wanted, entry));
  if (seen === undefined) return `${wanted.path} is not exported to ${wanted.client}`;
  if (!sameOptions(seen.options, wanted.options)) return `${wanted.path} is exported with other options`;
  return seen.whole ? undefined : `the export of ${wanted.path} is only half there`;
}

/** What is exported of a root that is gone and made anew: a server would go on with the one that was there. */
export function planLostExport({ guest }: ExportWanted, observed: Observed): Step[] {
  return observed.exporter.exports
    .filter((seen) => seen.guest === guest)
    .map(({ path, client }) => ({
      kind: 'export.remove',
      guest,
      path,
      client,
      why: `there is no ${path} any more`,
    }));
}

/** Exports of umlnfs that no definition wants; a guest that still runs keeps its root until it has ended. */
export function planStaleExports(desired: Desired, observed: Observed): Step[] {
  const steps: Step[] = [];
  for (const seen of observed.exporter.exports) {
    const why = whyStale(seen, undefined, desired, observed);
    if (seen.guest === undefined || why === undefined) continue;
    const { guest, path, client } = seen;
    steps.push({ kind: 'export.remove', guest, path, client, why });
  }
  return steps;
}

/** Why an export on `server` is not wanted any more; undefined where it stays. */
export function whyStale(
  seen: ExportSeen,
  server: string | undefined,
  desired: Desired,
  observed: Observed,
): string | undefined {
  if (seen.guest === undefined) return undefined;
  const wanted = desired.exports.get(seen.guest);
  if (wanted !== undefined && wanted.server === server && sameTarget(wanted, seen)) return undefined;
  const process = observed.guests.get(seen.guest)?.process;
  if (process?.argv.some((word) => word.startsWith('nfsroot='))) return undefined;
  return wanted === undefined ? `no definition wants it` : `${seen.guest} has another root or address now`;
}
