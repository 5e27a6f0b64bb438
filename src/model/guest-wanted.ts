/** One guest with every derived value filled in. */
import type { Guest, Host } from '../definition/guest.ts';
import { plainName } from '../definition/guest-name.ts';
import { type Network, networksOf } from '../definition/network.ts';
import type { Dependencies, ExportWanted, GuestWanted } from './desired.ts';
import { guestUid } from './guest-uid.ts';
import { formatNetwork, prefixToNetmask } from './ipv4.ts';
import { eui64Address } from './ipv6.ts';
import { stableMac } from './mac.ts';
import { nfsOptions } from './nfs-options.ts';
import { isLeased } from './pick-address.ts';
import type { ServerWanted } from './server.ts';
import { tapName } from './tap-name.ts';

/**
 * @param inside the network it is in
 * @param address written or picked
 * @param hostId what tells this host from others (the machine id)
 */
export function guestWanted(
  host: Host,
  inside: Network,
  guest: Guest,
  address: string | undefined,
  hostId: string,
): GuestWanted {
  const { guest: main, network, root, health, restart } = guest;
  const { address: bridge, ipv6Address } = inside.bridge;
  const leased = isLeased(guest, inside);
  const mac = network.mac ?? stableMac(hostId, guest.name);
  const server = root.server ?? bridge.address;
  return {
    name: guest.name,
    description: main.description,
    autostart: main.autostart,
    kernel: main.kernel,
    memoryBytes: main.memory,
    hostname: main.hostname ?? hostnameOf(guest.name),
    init: main.init,
    arguments: main.arguments,
    user: main.user ?? guestUid(guest.name),
    seccomp: main.seccomp,
    ready: main.ready,
    dependencies: dependenciesOf(guest),
    disks: root.disk === undefined ? main.disks : [{ path: root.disk, directory: undefined }, ...main.disks],
    serves: false,
    startTimeout: main.startTimeout,
    stopTimeout: main.stopTimeout,
    network: {
      bridge: inside.name,
      address,
      ipv6: ipv6Address === undefined ? undefined : eui64Address(ipv6Address.address, mac),
      server,
      gateway: gatewayOf(network, bridge.address),
      netmask: network.netmask ?? prefixToNetmask(bridge.prefix),
      device: network.device,
      autoconf: network.autoconf,
      leased,
      dns: nameServers(inside, guest, leased),
      ntp: network.ntp,
      transport: network.transport,
      mac,
      tap: network.tap ?? tapName(guest.name),
      guarded: network.filter ?? inside.bridge.filter,
    },
    root: {
      server,
      directory: root.directory ?? joinPath(host.directories.export, plainName(guest.name)),
      ...(root.disk === undefined ? {} : { onDisk: true }),
      local: isHere(host, server) && isExportedHere(guest),
      options: nfsOptions(root),
      versionGiven: root.version !== undefined,
      readOnly: root.readOnly,
      clone: baseOf(root.clone, host),
    },
    tailor: root.tailor,
    health,
    restart,
  };
}

/** This host's, unless the definition writes others, or a DHCP server of somebody else is to tell them. */
function nameServers({ bridge }: Network, { network }: Guest, leased: boolean): readonly string[] {
  if (network.dns.length > 0 || !bridge.dns) return network.dns;
  return leased || network.autoconf === 'off' ? [bridge.address.address] : [];
}

function isHere(host: Host, server: string): boolean {
  return [...networksOf(host).values()].some(({ bridge }) => bridge.address.address === server);
}

/** Whether nothing but the server's address says otherwise. */
function isExportedHere({ root, export: { managed, host } }: Guest): boolean {
  return root.disk === undefined && root.serverGuest === undefined && !(managed && host !== undefined);
}

/** A root on another guest is there as long as that one is. */
function dependenciesOf({ guest: { after, wants, requires }, root: { serverGuest } }: Guest): Dependencies {
  if (serverGuest === undefined) return { after, wants, requires };
  const and = (names: readonly string[]) => [...new Set([...names, serverGuest])];
  return { after: and(after), wants: and(wants), requires, server: serverGuest };
}

/** The server on which umlnfs exports the root; undefined where that is this host, or somebody else's affair. */
export function serverOf(guest: Guest, { network, dependencies }: GuestWanted): ServerWanted | undefined {
  const { managed, host } = guest.export;
  const { server } = dependencies;
  if (!managed || guest.root.disk !== undefined) return undefined;
  if (server === undefined) return host === undefined ? undefined : { id: host, destination: host };
  const tailored = host === undefined;
  const id = host === undefined ? `guest ${server}` : `${host} (guest ${server})`;
  return { id, destination: host ?? `root@${network.server}`, guest: server, tailored };
}

/** The guest with its root on another one, whose address is known now. */
export function servedBy(wanted: GuestWanted, address: string): GuestWanted {
  return {
    ...wanted,
    network: { ...wanted.network, server: address },
    root: { ...wanted.root, server: address },
  };
}

/** The export that the guest's root needs; undefined where there is none to make. */
export function exportWanted(
  host: Host,
  inside: Network,
  guest: Guest,
  wanted: GuestWanted,
): ExportWanted | undefined {
  const server = serverOf(guest, wanted)?.id;
  const here = wanted.root.local && host.server.exporter !== 'none';
  if (!guest.export.managed || (server === undefined && !here)) return undefined;
  const { address } = wanted.network;
  const client = address ?? formatNetwork(inside.bridge.address);
  const options = exportOptionsOf(guest, address);
  return { guest: guest.name, server, path: wanted.root.directory, client, options };
}

/**
 * fsid=0 makes a directory the one NFSv4 root of a client. Guests without an Address= share the network as their
 * client, and a client can have one such root only, so there the default does without.
 */
function exportOptionsOf(guest: Guest, address: string | undefined): readonly string[] {
  const { options } = guest.export;
  const written = guest.origins?.has('export.options') === true;
  return address !== undefined || written ? options : options.filter((option) => option !== 'fsid=0');
}

/** A value given to the kernel wins over what it is told by DHCP, so nothing is made up there. */
function gatewayOf(network: Guest['network'], bridge: string): string | undefined {
  if (network.gateway === 'none') return undefined;
  return network.gateway ?? (network.autoconf === 'off' ? bridge : undefined);
}

/** A guest's name may have an underscore, or end with a dot or a hyphen: a host name may not. */
export function hostnameOf(name: string): string {
  return plainName(name)
    .replaceAll('_', '-')
    .split('.')
    .map((label) => label.replace(/^-+|-+$/g, ''))
    .filter((label) => label !== '')
    .join('.');
}

function baseOf(base: string | undefined, host: Host): string | undefined {
  if (base === undefined || base.startsWith('/')) return base;
  return joinPath(host.directories.export, base);
}

function joinPath(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
