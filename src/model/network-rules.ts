/** What a guest's network settings have to be on this host. */
import type { Guest, Host } from '../definition/guest.ts';
import { type Network, networksOf } from '../definition/network.ts';
import type { GuestWanted } from './desired.ts';
import type { Finding } from './finding.ts';
import {
  broadcastAddress,
  contains,
  formatNetwork,
  type Ipv4Network,
  netmaskToPrefix,
  networkAddress,
} from './ipv4.ts';

/** One mistake at a time: a wrong address makes netmask and gateway look wrong as well. */
export function networkFindings(host: Host, inside: Network, guest: Guest, wanted: GuestWanted): Finding[] {
  const { bridge } = inside;
  const address = addressFindings(bridge.address, guest);
  if (address.length > 0) return address;
  const netmask = netmaskFindings(bridge.address, wanted);
  if (netmask.length > 0) return netmask;
  return [...gatewayFindings(bridge.address, wanted), ...otherFindings(host, guest, wanted)];
}

function addressFindings(bridge: Ipv4Network, guest: Guest): Finding[] {
  const { address } = guest.guest;
  if (address === undefined) return [];
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

function netmaskFindings(bridge: Ipv4Network, wanted: GuestWanted): Finding[] {
  const { address, netmask } = wanted.network;
  const prefix = netmaskToPrefix(netmask);
  if (address === undefined || prefix === undefined) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'network.netmask', severity: 'error', message: `cannot use Netmask=${netmask}: ${cause}` },
  ];
  const network = { address, prefix };
  if (!contains(network, bridge.address)) {
    return refuse(`the bridge's address ${bridge.address} is then outside the guest's network`);
  }
  if (prefix < 31 && (address === networkAddress(network) || address === broadcastAddress(network))) {
    return refuse(`the guest's address ${address} is then the network's own or its broadcast address`);
  }
  return [];
}

function gatewayFindings(bridge: Ipv4Network, wanted: GuestWanted): Finding[] {
  const { address, gateway, netmask } = wanted.network;
  if (gateway === undefined) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'network.gateway', severity: 'error', message: `cannot use Gateway=${gateway}: ${cause}` },
  ];
  if (gateway === address) return refuse("it is the guest's own address; write none for no gateway");
  const prefix = netmaskToPrefix(netmask) ?? bridge.prefix;
  const network = { address: address ?? bridge.address, prefix };
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
  const taken = [...networksOf(host).values()].find(({ bridge }) => bridge.name === tap);
  if (taken !== undefined) {
    const whose = taken.name === wanted.network.bridge ? 'the bridge' : `the bridge of network ${taken.name}`;
    add('network.tap', `cannot use Tap=${tap}: it is the name of ${whose}; write another one`);
  }
  const hosts = [...networksOf(host).values()].flatMap(({ bridge }) => [
    bridge.address.address,
    bridge.ipv6Address?.address,
  ]);
  for (const allowed of guest.network.allowedAddresses.filter((one) => hosts.includes(one))) {
    add('network.allowedAddresses', `cannot use AllowedAddresses=${allowed}: it is this host's own address`);
  }
  if (server === address) {
    const cause = "it is the guest's own address; leave it out for a root on this host";
    add('root.server', `cannot use Server=${server}: ${cause}`);
  }
  if (guest.health.tcpPort !== undefined && address === undefined) {
    add('health.tcpPort', 'cannot use TCPPort=: the guest has no Address= that could be asked');
  }
  return findings;
}
