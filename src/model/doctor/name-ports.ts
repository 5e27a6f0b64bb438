import type { Network } from '../../definition/network.ts';
import { type Diagnosis, ok, warning } from './diagnosis.ts';

/** A socket of this host that takes what is sent to a port. */
export interface Listener {
  /** `named (pid 42)` */
  readonly who: string;
  /** As ss(8) prints it: `ADDRESS:PORT`, `ADDRESS%INTERFACE:PORT`; the address is `*` or `0.0.0.0` for all. */
  readonly local: string;
}

const dns = 53;
const dhcp = 67;

/** Whether dnsmasq can answer on the bridges: for names, and for addresses. */
export function judgeNamePorts(networks: Iterable<Network>, listeners: readonly Listener[]): Diagnosis[] {
  return [...networks].flatMap(({ name, bridge }) => {
    const ports = [...(bridge.dns ? [dns] : []), ...(bridge.dhcp ? [dhcp] : [])];
    if (ports.length === 0) return [];
    const item = `ports of ${name}`;
    const others = listeners.filter((listener) => {
      const holds = ports.some((port) => takes(listener.local, port, bridge.name, bridge.address.address));
      return holds && !isOurs(listener, bridge.name, bridge.address.address);
    });
    if (others.length === 0)
      return [ok(item, `${ports.join(' and ')} are free for dnsmasq on ${bridge.name}`)];
    const who = [...new Set(others.map((one) => `${one.who} on ${one.local}`))].join(', ');
    const keys = [
      ...(bridge.dns ? [`DNS=no (port ${dns})`] : []),
      ...(bridge.dhcp ? [`DHCP=no (port ${dhcp})`] : []),
    ];
    return [
      warning(
        item,
        `taken on ${bridge.name} by ${who}`,
        `stop that, or keep it off ${bridge.name}; or write ${keys.join(' or ')} into [Bridge]`,
      ),
    ];
  });
}

function takes(local: string, port: number, bridge: string, address: string): boolean {
  const [, where = '', device] = /^(.*?)(?:%([^:\]]*)\]?)?:\d+$/.exec(local) ?? [];
  if (!local.endsWith(`:${port}`)) return false;
  if (device !== undefined) return device === bridge;
  return ['*', '0.0.0.0', '[::]', address].includes(where);
}

/** The one that umlnfs runs there itself. */
function isOurs({ who, local }: Listener, bridge: string, address: string): boolean {
  return who.startsWith('dnsmasq ') && (local.includes(`%${bridge}`) || local.startsWith(`${address}:`));
}
