import type { Logger } from 'pino';
import { stopPrivateBus } from '../adapters/dbus/private-bus.ts';
import type { Dnsmasq } from '../adapters/dnsmasq/dnsmasq.ts';
import type { Exporter } from '../adapters/exporter/exporter.ts';
import { RemoteServers } from '../adapters/exporter/remote/servers.ts';
import { readHosts, writeHosts } from '../adapters/hosts/hosts-file.ts';
import { ensureBridge, removeBridge } from '../adapters/ip/bridge.ts';
import { enableForwarding, observeForwarding } from '../adapters/ip/forwarding.ts';
import { observeLinks } from '../adapters/ip/observe.ts';
import { attachPort, releasePort } from '../adapters/ip/ports.ts';
import { addRoute, observeRoutes, removeRoute } from '../adapters/ip/routes.ts';
import { ensureTaps, removeTap } from '../adapters/ip/taps.ts';
import { applyTables, observeTables } from '../adapters/nft/tables.ts';
import { listBackings } from '../adapters/rootfs/backing/store.ts';
import { cloneApart } from '../adapters/rootfs/clone/apart.ts';
import { Marks } from '../adapters/state/marks.ts';
import { buildInitramfs, initramfsPath } from '../adapters/uml/initramfs/initramfs.ts';
import { consolePty, isPtyOf } from '../adapters/uml/mconsole.ts';
import { NotifyHub } from '../adapters/uml/notify.ts';
import { probeKernel } from '../adapters/uml/probe.ts';
import type { Host } from '../definition/guest.ts';
import type { Desired } from '../model/desired.ts';
import { UserError } from '../model/error.ts';
import { imagesIn } from '../model/rootfs/backing.ts';
import type { GuestRunner } from '../model/runner.ts';
import { type CloneJob, Clones } from './clones.ts';
import { tellDecisions } from './decisions.ts';
import type { Executors } from './execute.ts';
import { GuestSteps } from './guest-steps.ts';
import { Guests } from './guests.ts';
import type { HealthOptions } from './health.ts';
import { hearGuests } from './hear.ts';
import { withIdleTimes } from './idle-taps.ts';
import type { Sources } from './observe.ts';
import { ensureBase, mountRoot } from './root-mounts.ts';
import { observeRoot, tailorRoot } from './roots.ts';
import { type Systemd, Units } from './units.ts';

/** Everything that touches the host, put together. */
export interface Parts {
  readonly guests: Guests;
  readonly runner: GuestRunner;
  readonly exporter: Exporter;
  readonly dnsmasq: Dnsmasq;
  readonly executors: Executors;
  readonly sources: Omit<Sources, 'guests' | 'sharedFailures'>;
  readonly health: HealthOptions;
  /** Where systemd runs the guests. */
  readonly units: Units | undefined;
  /** Begins at once what the first start of a guest would have to wait for. */
  warmUp(): void;
  /** Listens for an adopted guest's notifications. */
  listen(guest: string): Promise<void>;
  /** Lets go of everything; `stopServers` ends the NFS server and the bus that umlnfs started. */
  close(stopServers: boolean): Promise<void>;
}

export interface PartsOptions {
  readonly host: Host;
  readonly dnsmasq: Dnsmasq;
  /** The hosts file that names guests for this host. */
  readonly hostsFile: string;
  readonly runner: GuestRunner;
  /** Where systemd runs the guests; its runner is the one above. */
  readonly systemd?: Systemd | undefined;
  readonly exporter: Exporter;
  /** What tells this host from others that drive the same servers. */
  readonly hostId: string;
  readonly log: Logger;
  readonly clock: () => number;
  readonly desired: () => Desired | undefined;
  readonly markDirty: () => void;
  /** Tells on the bus what changed, without waiting for the pass that follows. */
  readonly announce: () => void;
}

/** Kernels are asked what they can do without any rights: as nobody. */
const nobody = { uid: 65_534, gid: 65_534 };

export function assemble(options: PartsOptions): Parts {
  const { host, runner, systemd, dnsmasq, exporter, log, clock, desired, markDirty, announce } = options;
  const guestsDirectory = `${host.directories.runtime}/guests`;
  const hub = new NotifyHub();
  const marks = new Marks(guestsDirectory);
  const unit = systemd === undefined ? undefined : (guest: string) => systemd.runner.seen(guest);
  const forgiveUnit = systemd && ((guest: string) => systemd.runner.forgive(guest));
  const clones = new Clones({
    clone: async (job, signal) => {
      refuseWritten(job, desired(), guests);
      const images = imagesIn(host.directories.state);
      await ensureBase(images, job.from, systemd?.manager);
      await cloneApart({ ...job, images }, { signal, asUnit: systemd !== undefined });
    },
    most: host.limits.parallelClones,
    log,
    clock,
    markDirty,
  });
  const onWish = (guest: string) => {
    const directory = desired()?.guests.get(guest)?.root.directory;
    if (directory !== undefined) clones.retry(directory);
  };
  const guests = new Guests({ runner, marks, log, clock, markDirty, desired, unit, forgiveUnit, onWish });
  const replyDirectory = `${host.directories.runtime}/ask`;
  const steps = new GuestSteps({ runner, hub, guests, log, clock, desired, guestsDirectory, replyDirectory });
  const onReady = (guest: string, how: string) => {
    guests.ready(guest, how);
    announce();
  };
  const stopHearing = hearGuests({ hub, guests, log, clock, announce, onReady });
  const uidOf = (guest: string) => guests.record(guest).seen.process?.uid;
  const listen = async (guest: string) => {
    const uid = uidOf(guest);
    if (uid !== undefined) await steps.listen(guest, uid);
  };
  const servers = new RemoteServers({ host, hostId: options.hostId, clock, onChange: markDirty });
  const units = systemd === undefined ? undefined : new Units({ ...systemd, guests, clock });
  systemd?.runner.onChange(markDirty);
  if (systemd !== undefined) tellDecisions(systemd.runner, log);
  systemd?.runner.onSpawn((guest, process) => {
    guests.appeared(guest, process);
    listen(guest).catch((error) => log.warn({ guest, err: error }, 'cannot listen to a guest'));
  });
  return {
    guests,
    runner,
    exporter,
    dnsmasq,
    units,
    executors: executors(options, { steps, guests, units, clones, servers }),
    sources: {
      links: withIdleTimes(observeLinks, clock),
      tables: observeTables,
      routes: observeRoutes,
      forwards: observeForwarding,
      exporter: () => exporter.observe(),
      names: (wanted) => dnsmasq.observe(wanted),
      hostNames: () => readHosts(options.hostsFile),
      servers: ({ servers: wanted }) =>
        servers.follow(wanted, (guest) => guests.records.get(guest)?.seen.readyAt),
      kernel: (path) => probeKernel(path, nobody),
      initramfs: (kernel, caps, modules) => initramfsPath(host.directories.cache, kernel, caps, modules),
      backings: () => listBackings(imagesIn(host.directories.state)),
      root: (guest, backings) => observeRoot(host, options.hostId, guest, backings, clones),
      guestsDirectory,
      unitFiles: async () => units?.files(),
    },
    health: {
      ask: (guest, command, timeout) => steps.ask(guest, command, timeout),
      console: async (guest, known) => {
        const peerUid = uidOf(guest);
        if (peerUid === undefined) return '';
        if (known !== '' && (await isPtyOf(known, peerUid))) return known;
        const where = { timeoutMs: 1_000, replyDir: replyDirectory, peerUid };
        return (await consolePty(steps.mconsole(guest), where)) ?? '';
      },
      clock,
      onReady,
      markDirty,
      announce,
    },
    warmUp: () => hub.warmUp(),
    listen,
    close: async (stopServers) => {
      stopHearing();
      await clones.close();
      await runner.close();
      await hub.shutdown();
      await servers.close();
      await exporter.close({ stopServer: stopServers });
      await dnsmasq.close(stopServers);
      if (stopServers) await writeHosts(options.hostsFile, []);
      if (stopServers) await stopPrivateBus(host.directories.runtime);
    },
  };
}

function executors(
  options: PartsOptions,
  parts: {
    steps: GuestSteps;
    guests: Guests;
    units: Units | undefined;
    clones: Clones;
    servers: RemoteServers;
  },
): Executors {
  const { steps, guests, units, clones, servers } = parts;
  const { dnsmasq, exporter, host, systemd } = options;
  return {
    applyFilter: ({ write, remove }) => applyTables(write, remove),
    attachPort: ({ port }) => attachPort(port),
    releasePort: (step) => releasePort(step.interface),
    addRoute: ({ route }) => addRoute(route),
    removeRoute: ({ route }) => removeRoute(route),
    enableForwarding: ({ families }) => enableForwarding(families),
    ensureBridge: ({ bridge, remove }) => ensureBridge(bridge, remove),
    removeBridge: ({ name }) => removeBridge(name),
    serveNames: ({ names }) => dnsmasq.ensure(names),
    endNames: ({ network }) => dnsmasq.remove(network),
    writeHosts: ({ lines }) => writeHosts(options.hostsFile, lines),
    startExporter: () => exporter.start(),
    buildInitramfs: async ({ kernel, modules }) => {
      await buildInitramfs(host.directories.cache, kernel, await probeKernel(kernel, nobody), modules);
    },
    ensureTaps,
    removeTap: ({ name }) => removeTap(name),
    addExport: async ({ export: wanted }) =>
      wanted.server === undefined ? exporter.add(wanted) : servers.add(wanted.server, wanted),
    removeExport: async ({ guest, server, path, client }) =>
      server === undefined
        ? exporter.remove(guest, path, client)
        : servers.remove(server, guest, path, client),
    cloneRoot: ({ guest, from, directory }) => clones.begin({ guest, from, directory }),
    mountRoot: ({ directory }) => mountRoot(imagesIn(host.directories.state), directory, systemd?.manager),
    tailorRoot: ({ wanted }) => tailorRoot(host, options.hostId, wanted),
    startGuest: (step) => steps.start(step),
    stopGuest: (step) => steps.stop(step),
    forgetGuest: async ({ guest }) => {
      await systemd?.runner.forget(guest);
      await guests.forget(guest);
      await steps.forget(guest);
    },
    units,
  };
}

/** @throws UserError where a guest runs that may write to what is to be cloned */
function refuseWritten({ from, directory }: CloneJob, desired: Desired | undefined, guests: Guests): void {
  for (const { name, root } of desired?.guests.values() ?? []) {
    if (!root.local || root.readOnly || root.directory !== from) continue;
    if (guests.record(name).seen.process === undefined) continue;
    const cause = `guest ${name} runs from ${from}, and would write while it is copied`;
    throw new UserError(`clone root ${directory} from ${from}`, cause, { hint: `umlnfs stop ${name}` });
  }
}
