import type { GuestStatus } from '../../../model/status.ts';
import { arg, type InterfaceSpec } from './spec.ts';

/** A property of org.umlnfs1.Guest is a field of the status. `t` carries microseconds since the epoch. */
export interface GuestProperty {
  readonly name: string;
  readonly signature: 's' | 't' | 'u' | 'd';
  readonly doc: string;
}

export const guestProperties: Readonly<Record<keyof GuestStatus, GuestProperty>> = {
  name: { name: 'Name', signature: 's', doc: 'The name.' },
  description: { name: 'Description', signature: 's', doc: 'Description= of the definition.' },
  state: { name: 'State', signature: 's', doc: 'starting, running, stopping, stopped, backoff or failed.' },
  stateSince: { name: 'StateSince', signature: 't', doc: 'When the state was entered.' },
  detail: { name: 'Detail', signature: 's', doc: 'What it waits for or is doing, in words; may be empty.' },
  problem: {
    name: 'Problem',
    signature: 's',
    doc: 'The last step for it that failed, or why its definition is not in force; empty when none.',
  },
  address: { name: 'Address', signature: 's', doc: 'The IPv4 address; empty while it is not known.' },
  ipv6Address: {
    name: 'IPv6Address',
    signature: 's',
    doc: 'The IPv6 address that it makes itself in its network; empty where the network has none, or its kernel knows none.',
  },
  mac: { name: 'MACAddress', signature: 's', doc: 'The MAC address.' },
  tap: { name: 'Tap', signature: 's', doc: 'The tap device on the host.' },
  network: { name: 'Network', signature: 's', doc: 'The name of its network; empty while it is not known.' },
  kernel: { name: 'Kernel', signature: 's', doc: 'The kernel binary.' },
  kernelVersion: { name: 'KernelVersion', signature: 's', doc: 'Its version; empty while it is not known.' },
  rootServer: { name: 'RootServer', signature: 's', doc: "The NFS server's address." },
  rootDirectory: { name: 'RootDirectory', signature: 's', doc: "The root's directory on the server." },
  pid: { name: 'PID', signature: 'u', doc: "The kernel's process; 0 when none runs." },
  uid: { name: 'UID', signature: 'u', doc: 'The user the kernel runs as; 0 when none runs.' },
  startedAt: { name: 'StartedAt', signature: 't', doc: 'When the process was started; 0 when none runs.' },
  readySeconds: {
    name: 'ReadySeconds',
    signature: 'd',
    doc: 'Seconds from the start of the process to ready; negative until it is.',
  },
  restarts: {
    name: 'Restarts',
    signature: 'u',
    doc: 'Automatic restarts since the daemon began to watch it.',
  },
  health: { name: 'Health', signature: 's', doc: 'unknown, ok or failing.' },
  lastEndReason: {
    name: 'LastEndReason',
    signature: 's',
    doc: 'power-off, halt, reboot, panic, crash, hang, start-timeout, start-failed, stopped, killed or unknown; empty when it never ended.',
  },
  lastEndDetail: { name: 'LastEndDetail', signature: 's', doc: 'More about that end, in words.' },
  lastEndAt: { name: 'LastEndAt', signature: 't', doc: 'When it ended; 0 when it never did.' },
  console: {
    name: 'Console',
    signature: 's',
    doc: 'The pts of its interactive console; empty when there is none.',
  },
  log: { name: 'Log', signature: 's', doc: 'Its console log; empty where the journal has it.' },
  definition: { name: 'Definition', signature: 's', doc: "The definition's main file." },
};

export const guestInterface = {
  name: 'org.umlnfs1.Guest',
  doc: 'One guest. All properties are announced by PropertiesChanged when they change.',
  properties: Object.fromEntries(
    Object.values(guestProperties).map(({ name, signature, doc }) => [name, { signature, doc }]),
  ),
  methods: {
    Start: { in: [], out: [], action: 'start', doc: 'As Start of the manager, for this guest.' },
    Stop: { in: [], out: [], action: 'stop', doc: 'As Stop of the manager, for this guest.' },
    Restart: { in: [], out: [], action: 'restart', doc: 'As Restart of the manager, for this guest.' },
    Reset: { in: [], out: [], action: 'reset', doc: 'As Reset of the manager, for this guest.' },
  },
  signals: {
    StateChanged: {
      args: [arg('old', 's'), arg('new', 's'), arg('reason', 's')],
      doc: 'The state changed. The reason is why the guest ended where it did (see LastEndReason), else empty.',
    },
  },
} as const satisfies InterfaceSpec;
