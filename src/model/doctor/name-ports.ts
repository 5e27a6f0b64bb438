import type { Network } from '../../definition/network.ts';
import { dhcpPort, dnsPort, type Listener, listenersText, portsFor } from '../listener.ts';
import { type Diagnosis, ok, warning } from './diagnosis.ts';

/** Whether dnsmasq can answer on the bridges: for names, and for addresses. */
export function judgeNamePorts(networks: Iterable<Network>, listeners: readonly Listener[]): Diagnosis[] {
  return [...networks].flatMap(({ name, bridge }) => {
    const ports = portsFor(bridge);
    if (ports.length === 0) return [];
    const item = `ports of ${name}`;
    const others = listeners.filter((listener) => {
      const holds = ports.some((port) => takes(listener.local, port, bridge.name, bridge.address.address));
      return holds && !isOurs(listener, bridge.name, bridge.address.address);
    });
    if (others.length === 0)
      return [ok(item, `${ports.join(' and ')} are free for dnsmasq on ${bridge.name}`)];
    const keys = [
      ...(bridge.dns ? [`DNS=no (port ${dnsPort})`] : []),
      ...(bridge.dhcp ? [`DHCP=no (port ${dhcpPort})`] : []),
    ];
    return [
      warning(
        item,
        `taken on ${bridge.name} by ${listenersText(others)}`,
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
