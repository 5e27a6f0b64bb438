import { portHolders } from '../../adapters/dnsmasq/port-holders.ts';
import { readExportDirectory } from '../../adapters/doctor/export-directory.ts';
import { readRootPlaces } from '../../adapters/doctor/export-safety.ts';
import { readLegacy, readNftables } from '../../adapters/doctor/firewall.ts';
import { readForwarding } from '../../adapters/doctor/forwarding.ts';
import { readKernels } from '../../adapters/doctor/kernels.ts';
import { readMemory } from '../../adapters/doctor/memory.ts';
import { readNfsServer } from '../../adapters/doctor/nfs-server.ts';
import { readRootDisks } from '../../adapters/doctor/root-disks.ts';
import { readServers } from '../../adapters/doctor/servers.ts';
import { readTools } from '../../adapters/doctor/tools.ts';
import { readTun } from '../../adapters/doctor/tun.ts';
import { readUplinks } from '../../adapters/doctor/uplinks.ts';
import { guestTable } from '../../definition/guest-table.ts';
import { networksOf } from '../../definition/network.ts';
import { judgeDefinitions } from '../../model/doctor/definitions.ts';
import type { Diagnosis } from '../../model/doctor/diagnosis.ts';
import { judgeExportDirectory } from '../../model/doctor/export-directory.ts';
import { judgeExportSafety } from '../../model/doctor/export-safety.ts';
import { judgeFirewall } from '../../model/doctor/firewall.ts';
import { judgeForwarding } from '../../model/doctor/forwarding.ts';
import { judgeKernel } from '../../model/doctor/kernels.ts';
import { judgeMemory } from '../../model/doctor/memory.ts';
import { judgeNamePorts } from '../../model/doctor/name-ports.ts';
import { judgeNfsServer } from '../../model/doctor/nfs-server.ts';
import { judgeServers } from '../../model/doctor/servers.ts';
import { judgeSharedDisks } from '../../model/doctor/shared-disk.ts';
import { judgeTools } from '../../model/doctor/tools.ts';
import { judgeTun } from '../../model/doctor/tun.ts';
import { judgeUplinks } from '../../model/doctor/uplinks.ts';
import { dhcpPort, dnsPort } from '../../model/listener.ts';
import type { Configured } from './configured.ts';

/** One thing that is looked at: reads facts, and has them judged. */
export interface Subject {
  /** For when it cannot be looked at. */
  readonly name: string;
  readonly look: (configured: Configured) => Promise<readonly Diagnosis[]>;
}

/** All that umlnfs doctor looks at, in the order in which it tells it. */
export const subjects: readonly Subject[] = [
  { name: 'tools', look: async () => judgeTools(await readTools()) },
  { name: '/dev/net/tun', look: async () => [judgeTun(await readTun())] },
  { name: 'NFS server', look: async ({ host }) => judgeNfsServer(await readNfsServer(host.server.exporter)) },
  {
    name: 'NFS servers elsewhere',
    look: async ({ host, servers }) => judgeServers(await readServers(host, servers)),
  },
  {
    name: 'export directory',
    look: async ({ host }) => judgeExportDirectory(await readExportDirectory(host.directories.export)),
  },
  {
    name: 'safety of roots',
    look: async ({ host, guests }) => {
      const roots = guests.filter(({ root }) => root.local).map(({ root }) => root.directory);
      return judgeExportSafety(await readRootPlaces([host.directories.export, ...roots]));
    },
  },
  {
    name: 'disks of guests',
    look: async ({ guests }) => {
      const writable = guests.filter(({ root }) => root.local && !root.readOnly);
      return judgeSharedDisks(
        await readRootDisks(writable.map(({ name, root }) => ({ guest: name, path: root.directory }))),
      );
    },
  },
  {
    name: 'guest memory',
    look: async ({ guests }) => {
      const running = guests.filter(({ autostart }) => autostart);
      return judgeMemory(await readMemory(running.map(({ memoryBytes }) => memoryBytes)));
    },
  },
  {
    name: 'kernel',
    look: async ({ guests }) => {
      const users = new Map<string, string[]>();
      for (const { kernel, name } of guests) users.set(kernel, [...(users.get(kernel) ?? []), name]);
      if (users.size === 0) users.set(guestTable.guest.keys.kernel.fallback, []);
      return (await readKernels(users)).map(judgeKernel);
    },
  },
  {
    name: 'IP forwarding',
    look: async ({ host }) => {
      const uplinks = [...networksOf(host).values()].map(({ bridge }) => bridge.uplink.kind);
      const wanted = uplinks.some((kind) => kind === 'nat' || kind === 'routed');
      return [judgeForwarding(await readForwarding(), wanted)];
    },
  },
  {
    name: 'uplinks',
    look: async ({ host }) => judgeUplinks(networksOf(host).values(), await readUplinks()),
  },
  {
    name: 'ports for names and addresses',
    look: async ({ host }) =>
      judgeNamePorts(networksOf(host).values(), await portHolders([dnsPort, dhcpPort])),
  },
  {
    name: 'firewall',
    look: async ({ host }) => {
      const rules = { nftables: await readNftables(), legacy: await readLegacy() };
      const judged = [...networksOf(host).values()].flatMap(({ bridge }) =>
        judgeFirewall({ bridge: bridge.name, network: bridge.address, ...rules }),
      );
      // What cannot be read is the same for all.
      return judged.filter(({ text }, index) => judged.findIndex((other) => other.text === text) === index);
    },
  },
  { name: 'definitions', look: async ({ problems, defined }) => judgeDefinitions(problems, defined) },
];
