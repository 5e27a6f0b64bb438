import { key, list, optional } from '../key.ts';
import {
  absolutePath,
  boolean,
  bytes,
  disk,
  duration,
  enumeration,
  guestReference,
  hostname,
  ipv4,
  kernelArgument,
  kernelBinary,
  text,
  userName,
} from '../value-types.ts';
import { nfsroot } from './sources.ts';

export const guestSection = {
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
    init: optional('Init', absolutePath, 'The program the kernel starts as process 1, a path in the root.', {
      derived: "the kernel's own choice, /sbin/init first",
    }),
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
} as const;
