import type { BridgeWanted, Desired, TapWanted } from '../model/desired.ts';
import { contains } from '../model/ipv4.ts';
import type { BridgeSeen, Observed, TapSeen } from '../model/observed.ts';
import { isHeld } from './held.ts';
import type { Step } from './step.ts';

/** The bridges that guests need, each as one idempotent step that names what is amiss. */
export function planBridges(desired: Desired, observed: Observed): Step[] {
  const needed = new Set([...desired.guests.values()].map(({ network }) => network.bridge));
  return [...desired.bridges.values()].flatMap((bridge): Step[] => {
    if (!needed.has(bridge.network)) return [];
    const seen = observed.bridges.get(bridge.name);
    const remove = seen === undefined ? [] : formerAddresses(bridge, seen, observed);
    const amiss = bridgeAmiss(bridge, seen, remove);
    return amiss === undefined ? [] : [{ kind: 'bridge.ensure', bridge, remove, why: amiss }];
  });
}

function bridgeAmiss(
  bridge: BridgeWanted,
  seen: BridgeSeen | undefined,
  [former]: readonly string[],
): string | undefined {
  if (seen === undefined) return `there is no bridge ${bridge.name}`;
  const missing = addressesOf(bridge).find((address) => !seen.addresses.includes(address));
  if (missing !== undefined) return `bridge ${bridge.name} has no address ${missing}`;
  if (!seen.up) return `bridge ${bridge.name} is down`;
  return former === undefined ? undefined : `bridge ${bridge.name} still has address ${former}`;
}

/**
 * Addresses of a bridge of umlnfs that its network has no more. One from which a guest has its root stays until that
 * guest has ended: without it, it could not be shut down in order.
 */
function formerAddresses(bridge: BridgeWanted, seen: BridgeSeen, observed: Observed): readonly string[] {
  if (!seen.ours) return [];
  const wanted = addressesOf(bridge);
  const needed = addressesInUse(seen.name, observed);
  return seen.addresses.filter((one) => {
    const [address = ''] = one.split('/');
    if (wanted.includes(one) || seen.learnt?.includes(one) || address.startsWith('169.254.')) return false;
    return address === bridge.address || !needed.has(address);
  });
}

/** Those in the command lines of guests that run on the bridge. */
function addressesInUse(bridge: string, observed: Observed): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { master, guest } of observed.taps.values()) {
    if (master !== bridge || guest === undefined) continue;
    for (const word of observed.guests.get(guest)?.process?.argv ?? [])
      for (const [address] of word.matchAll(/(?<![\d.])\d+(\.\d+){3}(?![\d.])/g)) used.add(address);
  }
  return used;
}

/** `ADDRESS/PREFIX` of both families. */
export function addressesOf({ address, prefix, ipv6 }: BridgeWanted): string[] {
  const own = [`${address}/${prefix}`];
  return ipv6 === undefined ? own : [...own, `${ipv6.address}/${ipv6.prefix}`];
}

/**
 * Bridges of umlnfs that no network has any more. One whose network goes on under another name goes at once: with the
 * same network on two bridges, the host sends what is for the guests to the wrong one. Any other stays for the guests
 * that run on it, as long as there are such.
 */
export function planStaleBridges(desired: Desired, observed: Observed): Step[] {
  const wanted = new Map([...desired.bridges.values()].map((bridge) => [bridge.name, bridge]));
  return [...observed.bridges.values()].flatMap((seen): Step[] => {
    if (!seen.ours || wanted.has(seen.name)) return [];
    const heir = [...wanted.values()].find((bridge) =>
      seen.addresses.some((address) => overlaps(bridge, address)),
    );
    if (isInUse(seen.name, heir !== undefined, desired, observed)) return [];
    const why =
      heir === undefined
        ? 'no network has it any more'
        : `the bridge of network ${heir.network} is ${heir.name} now`;
    return [{ kind: 'bridge.remove', name: seen.name, why }];
  });
}

function overlaps(bridge: BridgeWanted, address: string): boolean {
  const [own = '', prefix = ''] = address.split('/');
  if (!own.includes('.')) return false;
  const other = { address: own, prefix: Number(prefix) };
  return contains(bridge, own) || contains(other, bridge.address);
}

/** @param heir whether another bridge takes its network over, so that only guests that nobody may touch count */
function isInUse(bridge: string, heir: boolean, desired: Desired, observed: Observed): boolean {
  return [...observed.taps.values()].some(({ master, guest }) => {
    if (master !== bridge || guest === undefined) return false;
    if (observed.guests.get(guest)?.process === undefined) return false;
    return isHeld(desired, guest) || !heir;
  });
}

function tapAmiss(tap: TapWanted, seen: TapSeen | undefined): string | undefined {
  if (seen === undefined) return `there is no tap ${tap.name}`;
  if (seen.guest !== tap.guest) return `${tap.name} is not marked as the tap of ${tap.guest}`;
  if (seen.uid !== tap.uid) return `tap ${tap.name} does not belong to user ${tap.uid}`;
  if (seen.master !== tap.bridge) return `tap ${tap.name} is not on bridge ${tap.bridge}`;
  if (seen.guarded !== tap.guarded)
    return tap.guarded
      ? `tap ${tap.name} is not marked for the filter`
      : `tap ${tap.name} is still marked for the filter`;
  if (seen.isolated !== tap.isolated)
    return tap.isolated ? `tap ${tap.name} is not isolated` : `tap ${tap.name} is still isolated`;
  if (!seen.up) return `tap ${tap.name} is down`;
  return undefined;
}

/** The tap of one guest. */
export function planTap(tap: TapWanted, observed: Observed): Step[] {
  const why = tapAmiss(tap, observed.taps.get(tap.name));
  return why === undefined ? [] : [{ kind: 'tap.ensure', guest: tap.guest, tap, why }];
}

/** Taps of umlnfs that no definition wants and no process holds. */
export function planStaleTaps(desired: Desired, observed: Observed): Step[] {
  const steps: Step[] = [];
  for (const tap of observed.taps.values()) {
    if (tap.guest === undefined || desired.taps.has(tap.name)) continue;
    if (observed.guests.get(tap.guest)?.process !== undefined) continue;
    const why = desired.guests.has(tap.guest)
      ? `${tap.guest} has another tap now`
      : `no definition names a guest ${tap.guest}`;
    steps.push({ kind: 'tap.remove', guest: tap.guest, name: tap.name, why });
  }
  return steps;
}
