import type { Desired, ExportWanted } from '../model/desired.ts';
import type { ExportSeen, Observed } from '../model/observed.ts';
import type { Step } from './step.ts';

function sameOptions(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}

function sameTarget(wanted: ExportWanted, seen: ExportSeen): boolean {
  return seen.path === wanted.path && seen.client === wanted.client;
}

/** NFS-Ganesha, where it is the exporter and does not run. */
export function planExporter(desired: Desired, observed: Observed): Step[] {
  const { exporter } = observed;
  if (exporter.kind === 'none' || exporter.running || desired.exports.size === 0) return [];
  return [
    {
      kind: 'exporter.start',
      exporter: exporter.kind,
      why: exporter.problem ?? 'the NFS server does not run',
    },
  ];
}

/** The export of one guest. */
export function planExport(wanted: ExportWanted, observed: Observed): Step[] {
  if (observed.exporter.kind === 'none') return [];
  const seen = observed.exporter.exports.find(
    (entry) => entry.guest === wanted.guest && sameTarget(wanted, entry),
  );
  const why =
    seen === undefined
      ? `${wanted.path} is not exported to ${wanted.client}`
      : !sameOptions(seen.options, wanted.options)
        ? `${wanted.path} is exported with other options`
        : !seen.whole
          ? `the export of ${wanted.path} is only half there`
          : undefined;
  return why === undefined ? [] : [{ kind: 'export.add', guest: wanted.guest, export: wanted, why }];
}

/** Exports of umlnfs that no definition wants; a guest that still runs keeps its root until it has ended. */
export function planStaleExports(desired: Desired, observed: Observed): Step[] {
  const steps: Step[] = [];
  for (const seen of observed.exporter.exports) {
    if (seen.guest === undefined) continue;
    const wanted = desired.exports.get(seen.guest);
    if (wanted !== undefined && sameTarget(wanted, seen)) continue;
    const process = observed.guests.get(seen.guest)?.process;
    if (process?.argv.some((word) => word.startsWith('nfsroot='))) continue;
    steps.push({
      kind: 'export.remove',
      guest: seen.guest,
      path: seen.path,
      client: seen.client,
      why: wanted === undefined ? `no definition wants it` : `${seen.guest} has another root or address now`,
    });
  }
  return steps;
}
