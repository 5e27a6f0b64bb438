import type { Network } from '../../definition/network.ts';
import { rangesOf } from '../beyond.ts';
import { isIpv6 } from '../ip-network.ts';
import { type Diagnosis, ok, warning } from './diagnosis.ts';

export interface UplinksSeen {
  /** By name: interfaces of this host. */
  readonly interfaces: ReadonlyMap<
    string,
    { readonly master: string | undefined; readonly addresses: readonly string[] }
  >;
  /** This host's address for those beyond it; undefined where it has no way out. */
  readonly address: string | undefined;
}

/** Whether the networks' ways out lead anywhere, and what others have to do for them. */
export function judgeUplinks(networks: Iterable<Network>, seen: UplinksSeen): Diagnosis[] {
  return [...networks].flatMap((network) => judge(network, seen));
}

function judge(network: Network, { interfaces, address }: UplinksSeen): Diagnosis[] {
  const { bridge } = network;
  const item = `uplink of ${network.name}`;
  if (bridge.uplink.kind === 'routed') {
    const ranges = rangesOf(network);
    const [range = ''] = ranges.filter((one) => !isIpv6(one));
    const via = address ?? 'ADDRESS-OF-THIS-HOST';
    return [ok(item, `routed: the router beyond needs a route, such as: ip route add ${range} via ${via}`)];
  }
  if (bridge.uplink.kind !== 'interface') return [];
  const { name } = bridge.uplink;
  const found = interfaces.get(name);
  if (found === undefined)
    return [warning(item, `there is no interface ${name}`, 'look with: ip -brief link')];
  const [own] = found.addresses;
  if (own !== undefined && found.master === undefined) {
    const mend = `give it to the bridge: Address=${own} in [Bridge], and none for ${name} in this host's network configuration`;
    return [
      warning(item, `${name} has an address of this host, ${own}, and is not plugged in for that`, mend),
    ];
  }
  return [ok(item, `${name}, ${found.master === bridge.name ? 'plugged in' : 'not plugged in yet'}`)];
}
