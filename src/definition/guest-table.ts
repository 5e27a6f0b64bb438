/**
 * The keys of `/etc/umlnfs.d/NAME.conf`: grammar, defaults and documentation. The host file takes the same
 * sections as defaults for every guest, except the keys marked `perGuest`.
 */
import { key, list, optional, type SettingsOf } from './key.ts';
import {
  absolutePath,
  addresses,
  boolean,
  bytes,
  disk,
  duration,
  enumeration,
  exportOptions,
  guestReference,
  hostname,
  integer,
  interfaceName,
  ipv4,
  ipv4OrNone,
  kernelArgument,
  kernelBinary,
  mac,
  netmask,
  networkName,
  rootReference,
  sshDestination,
  text,
  userName,
} from './value-types.ts';

const nfsroot = 'Linux Documentation/admin-guide/nfs/nfsroot.rst';
const nfs5 = 'nfs(5)';

export const guestTable = {
  guest: {
    name: 'Guest',
    doc: 'What the guest is and how it is started and stopped.',
    keys: {
      description: key('Description', text, '', 'A line for people, shown by status.'),
      address: optional('Address', ipv4, "The guest's IPv4 address, in the bridge's network.", {
        perGuest: true,
        derived: 'one of the network that no other guest has; none where Autoconf= is dhcp, bootp or rarp',
        source: `${nfsroot}, ip=<client-ip>`,
      }),
      autostart: key(
        'Autostart',
        boolean,
        true,
        'Whether the daemon starts the guest by itself and keeps it running.',
      ),
      kernel: key(
        'Kernel',
        kernelBinary,
        '/usr/bin/linux.uml',
        'The UML kernel binary; or the name of one that umlnfs kernel build has made, which lies at /var/lib/umlnfs/kernels/NAME/linux.',
      ),
      memory: key('Memory', bytes, 128 * 1024 * 1024, "The guest's memory."),
      hostname: optional('Hostname', hostname, 'The host name the kernel gives the guest.', {
        perGuest: true,
        derived: "the guest's name",
        source: `${nfsroot}, ip=…:<hostname>`,
      }),
      init: optional(
        'Init',
        absolutePath,
        'The program the kernel starts as process 1, a path in the root.',
        {
          derived: "the kernel's own choice, /sbin/init first",
        },
      ),
      arguments: list(
        'Arguments',
        kernelArgument,
        'Further kernel arguments, separated by spaces. Those that umlnfs sets itself, and those that reach files or programs of the host (ubd0=, con0=, xterm=, hostfs=, …), are refused.',
      ),
      user: optional(
        'User',
        userName,
        "The unprivileged user or numeric user id that runs the guest's kernel and owns its tap.",
        {
          derived: 'a user id of its own for each guest, made from its name',
        },
      ),
      after: list(
        'After',
        guestReference,
        'Guests that are started and ready before this one is started, and stopped after it, where both are. It starts none of them.',
        { perGuest: true, source: 'systemd.unit(5)' },
      ),
      wants: list(
        'Wants',
        guestReference,
        'Guests that are started together with this one. Whether they come up does not matter to it, and nothing is said of the order.',
        { perGuest: true, source: 'systemd.unit(5)' },
      ),
      requires: list(
        'Requires',
        guestReference,
        'As Wants=; and this guest is stopped, or restarted, when somebody stops or restarts one of them, and with After= it is not started while one of them cannot be. One that crashes and is started again does not count.',
        { perGuest: true, source: 'systemd.unit(5)' },
      ),
      disks: list(
        'Disks',
        disk,
        'Images of disks, separated by spaces: the first is /dev/ubda in the guest, the second /dev/ubdb and so on. With :DIRECTORY behind it the guest mounts one there. An image that belongs to root is given to the user of the guest.',
        {
          perGuest: true,
          source: 'Linux Documentation/virt/uml/user_mode_linux_howto_v2.rst, ubdN=',
        },
      ),
      seccomp: key(
        'Seccomp',
        enumeration('off', 'on'),
        'off',
        "Run the guest's processes under seccomp instead of ptrace, where the kernel can (6.16 and later): faster, and only for guests whose programs are trusted.",
        { source: "the kernel's own --help" },
      ),
      ready: key(
        'Ready',
        enumeration('notify', 'mount'),
        'notify',
        'When the guest counts as ready: notify, when it writes READY=1 to /proc/mconsole (umlnfs puts a unit for that into the root); mount, when its root is mounted and mconsole answers.',
      ),
      startTimeout: key(
        'StartTimeoutSec',
        duration,
        90_000,
        'How long the guest may take to become ready before it counts as failed.',
      ),
      stopTimeout: key(
        'StopTimeoutSec',
        duration,
        30_000,
        'How long an orderly shutdown (ctrl-alt-del) may take before sync, halt, SIGTERM and at last SIGKILL follow.',
      ),
    },
  },
  network: {
    name: 'Network',
    doc: "The guest's network interface and the kernel's ip= parameter.",
    keys: {
      bridge: key(
        'Bridge',
        networkName,
        'default',
        'The network the guest is in: the name of a file /etc/umlnfs.d/NAME.network, or default for the bridge of /etc/umlnfs.conf.',
      ),
      autoconf: key(
        'Autoconf',
        enumeration('off', 'dhcp', 'bootp', 'rarp'),
        'off',
        'How the guest learns its address. bootp and rarp need a kernel with CONFIG_IP_PNP.',
        { source: `${nfsroot}, ip=…:<autoconf>` },
      ),
      gateway: optional('Gateway', ipv4OrNone, 'The default gateway, or none.', {
        derived: "the bridge's address",
        source: `${nfsroot}, ip=…:<gw-ip>`,
      }),
      netmask: optional('Netmask', netmask, "The guest's netmask.", {
        derived: "the bridge's",
        source: `${nfsroot}, ip=…:<netmask>`,
      }),
      device: optional('Device', interfaceName, "The interface's name in the guest.", {
        derived: 'vec0 or eth0, as the transport makes it',
        source: `${nfsroot}, ip=…:<device>`,
      }),
      dns: list('DNS', ipv4, 'A name server, at most two.', {
        source: `${nfsroot}, ip=…:<dns0-ip>:<dns1-ip>`,
      }),
      ntp: optional('NTP', ipv4, 'A time server.', { source: `${nfsroot}, ip=…:<ntp0-ip>` }),
      transport: key(
        'Transport',
        enumeration('auto', 'vector', 'tuntap'),
        'auto',
        "UML's network driver: vector, or the legacy tuntap; auto takes vector where the kernel has it.",
        { source: 'Linux Documentation/virt/uml/user_mode_linux_howto_v2.rst' },
      ),
      mac: optional('MACAddress', mac, "The interface's MAC address.", {
        perGuest: true,
        derived: "a stable one made from the host's machine id and the guest's name",
      }),
      filter: optional(
        'Filter',
        boolean,
        'Whether the guest is kept from sending with addresses that are not its own.',
        { derived: "the network's, yes by default" },
      ),
      allowedAddresses: list(
        'AllowedAddresses',
        addresses,
        'Further addresses that the guest may have, or networks that are behind it. What other guests or this host have is never among them.',
      ),
      isolate: optional('Isolate', boolean, 'Whether the guest is kept apart from others that are, too.', {
        derived: "the network's, no by default",
      }),
      tap: optional('Tap', interfaceName, "The tap device's name on the host.", {
        perGuest: true,
        derived: 'uml- and the name, or a digest of it where it is longer than 11 characters',
      }),
    },
  },
  root: {
    name: 'Root',
    doc: "The root file system and the options of the kernel's nfsroot= parameter.",
    keys: {
      server: optional('Server', ipv4, "The NFS server's address.", {
        derived: "the bridge's address: this host",
        source: `${nfsroot}, nfsroot=<server-ip>`,
      }),
      serverGuest: optional(
        'ServerGuest',
        guestReference,
        'The guest that is the NFS server, instead of Server=. It is started before, and stopped after; umlnfs makes the export in it.',
      ),
      directory: optional('Directory', absolutePath, "The root's directory on the server.", {
        derived: "the export directory and the guest's name, /export/NAME",
        source: `${nfsroot}, nfsroot=…:<root-dir>`,
      }),
      clone: optional(
        'Clone',
        rootReference,
        'The root that this one is made from where it does not exist: before the guest starts it is cloned, with a machine id and SSH host keys of its own. A root that exists is left as it is.',
        { derived: 'none: a root that does not exist is an error' },
      ),
      disk: optional(
        'Disk',
        absolutePath,
        'The image of a disk whose file system is the root, instead of one on NFS: /dev/ubda in the guest, before those of Disks=. umlnfs does not look into it.',
        { derived: 'the root is on NFS' },
      ),
      readOnly: key(
        'ReadOnly',
        boolean,
        false,
        'Mount the root read-only (the kernel argument ro instead of rw).',
      ),
      tailor: key(
        'Tailor',
        boolean,
        true,
        'Whether umlnfs puts into the root, before each start, what a diskless guest needs (see umlnfs rootfs tailor). Without it a root that does not say READY=1 by itself needs Ready=mount.',
      ),
      version: optional('Version', enumeration('3', '4', '4.0', '4.1', '4.2'), 'The NFS version.', {
        derived: '4.2; 4.1 where NFS-Ganesha serves',
        source: nfs5,
      }),
      protocol: key('Protocol', enumeration('tcp', 'udp'), 'tcp', 'The transport protocol.', {
        source: nfs5,
      }),
      port: optional('Port', integer(1, 65535), "The server's port.", { derived: '2049', source: nfs5 }),
      rsize: key('RSize', bytes, 1024 * 1024, 'Bytes per read request.', { source: nfs5 }),
      wsize: key('WSize', bytes, 1024 * 1024, 'Bytes per write request.', { source: nfs5 }),
      timeo: optional('Timeo', integer(1, 100_000), 'Tenths of a second before a request is sent again.', {
        source: nfs5,
      }),
      retrans: optional(
        'Retrans',
        integer(0, 1000),
        'Retries before a soft mount fails or a hard one says so.',
        { source: nfs5 },
      ),
      acregmin: optional(
        'AcRegMin',
        integer(0, 86_400),
        'Seconds the attributes of a file are cached at least.',
        { source: nfs5 },
      ),
      acregmax: optional(
        'AcRegMax',
        integer(0, 86_400),
        'Seconds the attributes of a file are cached at most.',
        { source: nfs5 },
      ),
      acdirmin: optional(
        'AcDirMin',
        integer(0, 86_400),
        'Seconds the attributes of a directory are cached at least.',
        { source: nfs5 },
      ),
      acdirmax: optional(
        'AcDirMax',
        integer(0, 86_400),
        'Seconds the attributes of a directory are cached at most.',
        { source: nfs5 },
      ),
      hard: key(
        'Hard',
        boolean,
        true,
        'Retry requests for ever (hard), or fail them after Retrans= retries (soft).',
        { source: nfs5 },
      ),
      intr: optional('Intr', boolean, 'Accepted and ignored by kernels since 2.6.25.', { source: nfs5 }),
      posix: optional('Posix', boolean, 'POSIX path semantics, as the server tells them.', {
        source: nfsroot,
      }),
      cto: optional('Cto', boolean, 'Close-to-open consistency.', { source: nfs5 }),
      ac: optional('Ac', boolean, 'Cache attributes.', { source: nfs5 }),
      nconnect: optional('NConnect', integer(1, 16), 'Connections to the server.', { source: nfs5 }),
      lock: optional('Lock', boolean, 'Use the NLM side protocol for locks (version 3 only).', {
        derived: 'no for version 3, whose root is mounted before a lock daemon runs',
        source: nfs5,
      }),
    },
  },
  export: {
    name: 'Export',
    doc: 'How the root is exported. Where Server= of [Root] is another machine, umlnfs exports nothing unless Host= says how to reach it.',
    keys: {
      managed: key('Managed', boolean, true, 'Whether umlnfs exports the directory, or somebody else does.'),
      host: optional(
        'Host',
        sshDestination,
        'The machine that is the server at Server=, for ssh as root (or as a user who may use sudo): umlnfs exports the directory there.',
        { derived: 'this host' },
      ),
      options: key(
        'Options',
        exportOptions,
        ['rw', 'fsid=0', 'async', 'wdelay', 'no_root_squash', 'no_subtree_check'],
        'The export options, separated by commas.',
        { source: 'exports(5)' },
      ),
    },
  },
  health: {
    name: 'Health',
    doc: 'How a running guest is watched.',
    keys: {
      interval: key('IntervalSec', duration, 5_000, 'Time between two health checks; 0 turns them off.'),
      timeout: key('TimeoutSec', duration, 2_000, 'How long mconsole (and the TCP port) may take to answer.'),
      threshold: key(
        'Threshold',
        integer(1, 1000),
        3,
        'Failed checks in a row after which the guest counts as hung and is restarted.',
      ),
      tcpPort: optional(
        'TCPPort',
        integer(1, 65535),
        'A TCP port of the guest that must accept a connection as well.',
      ),
    },
  },
  restart: {
    name: 'Restart',
    doc: 'What happens after the guest has ended.',
    keys: {
      policy: key(
        'Policy',
        enumeration('always', 'on-failure', 'no'),
        'on-failure',
        'on-failure: restart after a crash, panic, hang or failed start; always: after a power-off as well; no: never. A reboot inside the guest starts it again unless the policy is no.',
      ),
      delay: key(
        'DelaySec',
        duration,
        1_000,
        'Delay before the first restart; each further one doubles it, with jitter.',
      ),
      maxDelay: key('MaxDelaySec', duration, 60_000, 'The longest delay.'),
      burst: key(
        'Burst',
        integer(1, 1000),
        5,
        'Restarts within BurstIntervalSec= after which the guest is quarantined (failed) until reset. After as many reboots of its own it is started again with delays, and never quarantined.',
      ),
      burstInterval: key(
        'BurstIntervalSec',
        duration,
        600_000,
        'The time over which Burst= counts; a guest that ran this long starts with the first delay again.',
      ),
    },
  },
} as const;

export type GuestSettings = SettingsOf<typeof guestTable>;
