import type { ExportSeen } from '../../../model/observed.ts';
import { effectOf, effectOfBits, optionsOf, sameEffect } from './effect.ts';
import type { Served, ServedClient } from './nfsd.ts';
import { type ExportRecord, guestOfTag } from './records.ts';

/**
 * What a server exports, for the plan. Options that have no counterpart in Ganesha are not in the server, so those
 * that were asked for are shown as long as the server does what they come to.
 */
export function seenExports(served: readonly Served[], records: readonly ExportRecord[]): ExportSeen[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return served.flatMap((entry) => {
    const guest = guestOfTag(entry.tag, entry.id);
    const record = byId.get(entry.id);
    const ours = record?.guest === guest && record?.path === entry.path ? record : undefined;
    return entry.clients.map((client) => seenClient(entry, guest, client, ours));
  });
}

function seenClient(
  entry: Served,
  guest: string | undefined,
  served: ServedClient,
  record: ExportRecord | undefined,
): ExportSeen {
  const client = clientOf(served);
  const asked = record?.clients.find((one) => one.client === client);
  const effect = effectOfBits(served.options, served.anonuid, served.anongid);
  const whole = asked !== undefined && effect !== undefined && hasEffect(asked.options, effect);
  return {
    path: entry.path,
    client,
    options: whole ? asked.options : effect === undefined ? [] : optionsOf(effect),
    guest,
    // Without its record a server of ours would come back without it.
    whole: guest === undefined || whole,
  };
}

function hasEffect(options: readonly string[], effect: Parameters<typeof sameEffect>[1]): boolean {
  try {
    return sameEffect(effectOf('compare options', options), effect);
  } catch {
    return false;
  }
}

/** As definitions write it: Ganesha shows one address as a network of one. */
export function clientOf(served: ServedClient): string {
  return served.client.replace(/\/32$/, '');
}
