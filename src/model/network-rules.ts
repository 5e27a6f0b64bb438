/** What a guest's network settings have to be on this host. */
import type { Guest, Host } from '../definition/guest.ts';
import type { GuestWanted } from './desired.ts';
import type { Finding } from './finding.ts';
import { broadcastAddress, contains, formatNetwork, netmaskToPrefix, networkAddress } from './ipv4.ts';

/** One mistake at a time: a wrong address makes netmask and gateway look wrong as well. */
export function networkFindings(host: Host, guest: Guest, wanted: GuestWanted): Finding[] {
  const address = addressFindings(host, guest);
  if (address.length > 0) return address;
  const netmask = netmaskFindings(host, wanted);
  if (netmask.length > 0) return netmask;
  return [...gatewayFindings(host, wanted), ...otherFindings(host, guest, wanted)];
}

function addressFindings(host: Host, guest: Guest): Finding[] {
  const { address } = guest.guest;
  const bridge = host.bridge.address;
  if (address === undefined) {
    if (guest.network.autoconf !== 'off') return [];
    const message =
      'cannot use the definition: Address= of [Guest] is missing; write it, or Autoconf=dhcp in [Network]';
    return [{ key: undefined, severity: 'error', message }];
  }
  const refuse = (cause: string): Finding[] => [
    { key: 'guest.address', severity: 'error', message: `cannot use Address=${address}: ${cause}` },
  ];
  const network = formatNetwork(bridge);
  if (!contains(bridge, address))
    return refuse(`it is outside the bridge's network ${network}; write one of its addresses`);
  if (address === bridge.address)
    return refuse("it is the bridge's own address; write another one of its network");
  if (address === networkAddress(bridge)) return refuse(`it is the address of the network ${network} itself`);
  if (address === broadcastAddress(bridge))
    return refuse(`it is the broadcast address of the network ${network}`);
  return [];
}

function netmaskFindings(host: Host, wanted: GuestWanted): Finding[] {
  const { address, netmask } = wanted.network;
  const prefix = netmaskToPrefix(netmask);
  if (address === undefined || prefix === undefined) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'network.netmask', severity: 'error', message: `cannot use Netmask=${netmask}: ${cause}` },
  ];
  const network = { address, prefix };
  if (!contains(network, host.bridge.address.address)) {
    return refuse(`the bridge's address ${host.bridge.address.address} is then outside the guest's network`);
  }
  if (prefix < 31 && (address === networkAddress(network) || address === broadcastAddress(network))) {
    return refuse(`the guest's address ${address} is then the network's own or its broadcast address`);
  }
  return [];
}

function gatewayFindings(host: Host, wanted: GuestWanted): Finding[] {
  const { address, gateway, netmask } = wanted.network;
  if (gateway === undefined) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'network.gateway', severity: 'error', message: `cannot use Gateway=${gateway}: ${cause}` },
  ];
  if (gateway === address) return refuse("it is the guest's own address; write none for no gateway");
  const prefix = netmaskToPrefix(netmask) ?? host.bridge.address.prefix;
  const network = { address: address ?? host.bridge.address.address, prefix };
  if (!contains(network, gateway))
    return refuse(`it is outside the guest's network ${formatNetwork(network)}`);
  return [];
}

function otherFindings(host: Host, guest: Guest, wanted: GuestWanted): Finding[] {
  const findings: Finding[] = [];
  const add = (key: string, message: string) => findings.push({ key, severity: 'error', message });
  const { dns, tap, address, server } = wanted.network;
  if (dns.length > 2)
    add('network.dns', `cannot use DNS=: ${dns.length} name servers, and the kernel takes two at most`);
  if (tap === host.bridge.name) add('network.tap', `cannot use Tap=${tap}: it is the bridge's name`);
  if (server === address) {
    const cause = "it is the guest's own address; leave it out for a root on this host";
    add('root.server', `cannot use Server=${server}: ${cause}`);
  }
  if (guest.health.tcpPort !== undefined && address === undefined) {
    add('health.tcpPort', 'cannot use TCPPort=: the guest has no Address= that could be asked');
  }
  return findings;
}
