/** What is beyond the networks of guests: the way out, and who may be reached. */
import type { Guest } from '../definition/guest.ts';
import type { Network } from '../definition/network.ts';
import type { GuestWanted } from './desired.ts';
import type { OutsideWanted } from './filter/outside.ts';
import { isIpv6, networkAround, withoutInner } from './ip-network.ts';

/** An interface of this host that is a port of a bridge. */
export interface PortWanted {
  readonly interface: string;
  /** The bridge's interface. */
  readonly bridge: string;
  readonly network: string;
}

export interface RouteWanted {
  readonly destination: string;
  readonly via: string;
  /** The bridge's interface. */
  readonly bridge: string;
  readonly network: string;
}

export type IpFamily = 'ipv4' | 'ipv6';

export interface BeyondWanted {
  /** What the packet filter has to do with it. */
  readonly outside: OutsideWanted;
  readonly ports: readonly PortWanted[];
  readonly routes: readonly RouteWanted[];
  /** What this host has to pass on. */
  readonly forwards: readonly IpFamily[];
}

export interface Inhabitant {
  readonly guest: Guest;
  readonly wanted: GuestWanted;
  readonly network: Network;
}

/** A network in which no guest is has nothing beyond it. */
export function beyondWanted(inhabitants: readonly Inhabitant[]): BeyondWanted {
  const networks = [...new Set(inhabitants.map(({ network }) => network))];
  const withUplink = (...kinds: string[]) =>
    networks.filter(({ bridge }) => kinds.includes(bridge.uplink.kind));
  const forwarded = withUplink('nat', 'routed').flatMap(rangesOf);
  return {
    outside: {
      networks: networks.flatMap(rangesOf),
      masqueraded: withUplink('nat').flatMap(rangesOf),
      ...isolation(inhabitants, networks),
    },
    ports: networks.flatMap(({ name, bridge }) =>
      bridge.uplink.kind === 'interface'
        ? [{ interface: bridge.uplink.name, bridge: bridge.name, network: name }]
        : [],
    ),
    routes: networks.flatMap(({ name, bridge }) =>
      bridge.routes.map((route) => ({ ...route, bridge: bridge.name, network: name })),
    ),
    forwards: [
      ...(forwarded.some((range) => !isIpv6(range)) ? ['ipv4' as const] : []),
      ...(forwarded.some(isIpv6) ? ['ipv6' as const] : []),
    ],
  };
}

function isolation(inhabitants: readonly Inhabitant[], networks: readonly Network[]) {
  const differing = (isolate: boolean) =>
    inhabitants
      .filter(({ guest, network }) => guest.network.isolate === isolate && network.bridge.isolate !== isolate)
      .flatMap(({ wanted }) => [wanted.network.address, wanted.network.ipv6])
      .filter((address) => address !== undefined);
  const whole = networks.filter(({ bridge }) => bridge.isolate).flatMap(rangesOf);
  return { isolated: withoutInner([...whole, ...differing(true)]), sociable: differing(false) };
}

/** The network's addresses, of both families where it has both. */
export function rangesOf({ bridge }: Network): string[] {
  const { address, ipv6Address } = bridge;
  const ipv6 = ipv6Address === undefined ? [] : [networkAround(ipv6Address.address, ipv6Address.prefix)];
  return [networkAround(address.address, address.prefix), ...ipv6];
}
