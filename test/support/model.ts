/** A small desired state and what is observed when it holds, for tests of the planner. */
import type { Desired, GuardWanted, GuestWanted } from '../../src/model/desired.ts';
import { linkLocalAddress } from '../../src/model/ipv6.ts';
import type { GuestSeen, Observed } from '../../src/model/observed.ts';
import { launchOf, unseen } from '../../src/plan/plan.ts';

export const uid = 1_879_050_000;

/** What tests of bridges do not care for. */
export const anyBridge = {
  network: 'default',
  ipv6: undefined,
  dns: true,
  dhcp: true,
  domain: 'uml',
} as const;

export function guestWanted(change: Partial<GuestWanted> = {}): GuestWanted {
  return {
    name: 'web1',
    description: '',
    autostart: true,
    kernel: '/usr/bin/linux.uml',
    memoryBytes: 128 * 1024 * 1024,
    hostname: 'web1',
    init: undefined,
    arguments: [],
    user: uid,
    seccomp: 'off',
    ready: 'notify',
    disks: [],
    serves: false,
    dependencies: { after: [], wants: [], requires: [] },
    startTimeout: 90_000,
    stopTimeout: 30_000,
    network: {
      bridge: 'default',
      address: '192.168.2.2',
      ipv6: undefined,
      server: '192.168.2.1',
      gateway: '192.168.2.1',
      netmask: '255.255.255.0',
      device: undefined,
      autoconf: 'off',
      leased: false,
      dns: [],
      ntp: undefined,
      transport: 'auto',
      mac: '02:00:00:00:00:02',
      tap: 'uml-web1',
      guarded: false,
    },
    root: {
      server: '192.168.2.1',
      directory: '/export/web1',
      local: true,
      options: ['proto=tcp', 'rsize=1048576', 'wsize=1048576', 'hard'],
      versionGiven: false,
      readOnly: false,
    },
    tailor: true,
    health: { interval: 5_000, timeout: 2_000, threshold: 3, tcpPort: undefined },
    restart: { policy: 'on-failure', delay: 1_000, maxDelay: 60_000, burst: 5, burstInterval: 600_000 },
    ...change,
  };
}

export function desiredWith(...guests: readonly GuestWanted[]): Desired {
  return {
    bridges: new Map([
      [
        'default',
        {
          network: 'default',
          name: 'uml0',
          address: '192.168.2.1',
          prefix: 24,
          ipv6: undefined,
          dns: true,
          dhcp: true,
          domain: 'uml',
        },
      ],
    ]),
    names: new Map(),
    hostNames: [],
    exporter: 'auto',
    guests: new Map(guests.map((guest) => [guest.name, guest])),
    taps: new Map(
      guests.map((guest) => {
        const { tap, guarded } = guest.network;
        return [tap, { name: tap, guest: guest.name, bridge: 'uml0', uid, guarded, isolated: false }];
      }),
    ),
    servers: new Map(),
    guards: new Map(
      guests
        .filter(({ network }) => network.guarded)
        .map(({ name, network }) => [network.tap, guardOf(name, network)]),
    ),
    beyond: {
      outside: { networks: [], masqueraded: [], isolated: [], sociable: [] },
      ports: [],
      routes: [],
      forwards: [],
    },
    exports: new Map(
      guests.map((guest) => [
        guest.name,
        {
          guest: guest.name,
          path: guest.root.directory,
          client: guest.network.address ?? '192.168.2.0/24',
          options: ['rw', 'fsid=0', 'async', 'wdelay', 'no_root_squash', 'no_subtree_check'],
        },
      ]),
    ),
  };
}

function guardOf(guest: string, { tap, mac, address }: GuestWanted['network']): GuardWanted {
  const own = address === undefined ? [] : [address];
  return {
    ...{ tap, guest, mac, ipv4: own, ipv6: [linkLocalAddress(mac)], rarp: false },
    ...{ networks4: [], networks6: [], identifiers: [] },
  };
}

/** A host on which nothing is missing and no guest runs. */
export function observedFor(desired: Desired, change: Partial<Observed> = {}): Observed {
  return {
    bridges: new Map([['uml0', { name: 'uml0', addresses: ['192.168.2.1/24'], up: true, ours: true }]]),
    taps: new Map(
      [...desired.taps.values()].map((tap) => [
        tap.name,
        {
          name: tap.name,
          uid: tap.uid,
          master: tap.bridge,
          up: true,
          carrier: true,
          guarded: tap.guarded,
          isolated: tap.isolated,
          guest: tap.guest,
        },
      ]),
    ),
    tables: new Map(),
    ports: new Map(),
    routes: [],
    forwards: [],
    exporter: {
      kind: 'exportfs',
      running: true,
      exports: [...desired.exports.values()].map((entry) => ({ ...entry, whole: true })),
    },
    servers: new Map(),
    kernels: new Map(
      [...desired.guests.values()].map((guest) => [
        guest.kernel,
        {
          ok: true,
          caps: {
            version: '6.1.176',
            nfsRoot: 'initramfs',
            ipAutoconf: ['dhcp'],
            transports: ['vector', 'tuntap'],
            seccomp: false,
            udp: true,
            ipv6: 'module',
          },
          initramfs: new Map(
            ['', 'nfsd', 'ipv6', 'nfsd ipv6'].map((modules, index) => [
              modules,
              `/var/cache/umlnfs/initramfs-${index}.cpio`,
            ]),
          ),
        } as const,
      ]),
    ),
    roots: new Map([...desired.guests.keys()].map((name) => [name, { exists: true, tailored: true }])),
    guests: new Map(),
    sharedFailures: [],
    names: { installed: true, amiss: new Map(), stale: [] },
    hostNames: undefined,
    guestsDirectory: '/run/umlnfs/guests',
    ...change,
  };
}

/** The guest as it looks while it runs as defined: started at 0, ready at 500. */
export function runningGuest(
  wanted: GuestWanted,
  desired: Desired,
  change: Partial<GuestSeen> = {},
): GuestSeen {
  const { launch } = launchOf(wanted, desired, observedFor(desired));
  if (launch === undefined) throw new Error('the fixture cannot be launched');
  return {
    ...unseen,
    process: { pid: 42, startedAt: 0, argv: launch.argv, uid, adopted: false },
    readyAt: 500,
    ...change,
  };
}
