/** Who configures the network in a guest: never the interface that its root is on, which the kernel has set up. */
import { mark, type Wanted } from './wanted.ts';

export const networkStyles = ['ifupdown', 'networkd', 'none'] as const;
export type NetworkStyle = (typeof networkStyles)[number];

/** Units that tailoring masks for the time that they take, and that a style needs. */
export const unitsNeeded: Readonly<Record<NetworkStyle, readonly string[]>> = {
  ifupdown: ['networking.service'],
  // It waits with each interface until udev has seen it.
  networkd: ['systemd-udevd.service', 'systemd-udevd-control.socket', 'systemd-udevd-kernel.socket'],
  none: [],
};

const noIfdown = 'etc/systemd/system/networking.service.d/umlnfs.conf';
/** By these files the style of a root is known again. */
export const interfacesPart = 'etc/network/interfaces.d/umlnfs';
const networkd = {
  path: 'etc/systemd/system/multi-user.target.wants/systemd-networkd.service',
  target: '/lib/systemd/system/systemd-networkd.service',
} as const;
const onlyInterfaces = 'etc/systemd/system/systemd-networkd.service.d/umlnfs.conf';
export const networkdFile = 'etc/systemd/network/00-umlnfs.network';

/** @param devices names that the interface may have in the guest */
export function networkFiles(
  style: NetworkStyle,
  devices: readonly string[],
  facts: { readonly systemd: boolean; readonly interfaces: string | undefined },
): Wanted[] {
  return [
    ...(style === 'ifupdown' ? withIfupdown(devices, facts) : withoutIfupdown(facts.systemd)),
    ...(style === 'networkd' ? withNetworkd(devices) : withoutNetworkd),
  ];
}

function withIfupdown(
  devices: readonly string[],
  { systemd, interfaces }: { systemd: boolean; interfaces: string | undefined },
): Wanted[] {
  const manual = devices.map((device) => `iface ${device} inet manual\n`).join('');
  const text = `${mark}: the root is on it, and the kernel has set it up. Neither ifup nor ifdown may touch it.\n${manual}`;
  return [
    {
      kind: 'file',
      path: 'etc/network/interfaces',
      text: interfacesFor(interfaces, devices),
      mode: 0o644,
      owner: 'umlnfs',
    },
    { kind: 'file', path: interfacesPart, text, mode: 0o644, owner: 'kept' },
    ...(systemd
      ? ([
          {
            kind: 'file',
            path: noIfdown,
            text: `${mark}\n[Service]\n# At shutdown the root is still needed.\nExecStop=\n`,
            mode: 0o644,
            owner: 'kept',
          },
        ] as const)
      : []),
  ];
}

function withoutIfupdown(systemd: boolean): Wanted[] {
  return [
    { kind: 'gone', path: interfacesPart },
    ...(systemd ? ([{ kind: 'gone', path: noIfdown }] as const) : []),
  ];
}

const withoutNetworkd: readonly Wanted[] = [
  { kind: 'gone', path: networkdFile },
  { kind: 'gone', path: onlyInterfaces },
  { kind: 'gone', ...networkd },
];

function withNetworkd(devices: readonly string[]): Wanted[] {
  const text = `${mark}
[Match]
Name=${devices.join(' ')}

[Link]
RequiredForOnline=no

[Network]
# What the kernel has set up stays, also when systemd-networkd ends: the root is on it.
KeepConfiguration=yes
DHCP=no
`;
  return [
    // In the place of the one below /usr/local that leaves the interface unmanaged.
    { kind: 'file', path: networkdFile, text, mode: 0o644, owner: 'kept' },
    { kind: 'link', ...networkd },
    { kind: 'file', path: onlyInterfaces, text: coldplug, mode: 0o644, owner: 'kept' },
  ];
}

const coldplug = `${mark}
[Service]
# All other devices are the kernel's, and going through them takes seconds.
ExecStartPre=-+/bin/udevadm trigger --subsystem-match=net
`;

const takenOut = '# umlnfs: the root is on it: ';
const source = 'source /etc/network/interfaces.d/*';

/** `/etc/network/interfaces` with what is in interfaces.d, and without what would configure one of the devices again. */
export function interfacesFor(interfaces: string | undefined, devices: readonly string[]): string {
  const lines = (interfaces ?? 'auto lo\niface lo inet loopback').split('\n');
  let taken = false;
  const kept = lines.map((line) => {
    const [word = '', ...names] = line.trim().split(/\s+/);
    if (word === '' || word.startsWith('#')) return line;
    if (
      /^(auto|allow-\S+|no-auto-down|no-scripts|mapping|iface|source|source-directory|rename)$/.test(word)
    ) {
      taken = false;
      if (word === 'iface') taken = devices.includes(names[0] ?? '');
      if (/^(auto|allow-)/.test(word)) return withoutDevices(line, word, names, devices);
    }
    return taken ? `${takenOut}${line}` : line;
  });
  while (kept.at(-1)?.trim() === '') kept.pop();
  const all = kept.some((line) =>
    /^\s*(source\s+\S*interfaces\.d\/|source-directory\s+\S*interfaces\.d)/.test(line),
  );
  return `${[...kept, ...(all ? [] : [source])].join('\n')}\n`;
}

/** Other interfaces on the same line stay. */
function withoutDevices(
  line: string,
  word: string,
  names: readonly string[],
  devices: readonly string[],
): string {
  const others = names.filter((name) => !devices.includes(name));
  if (others.length === names.length) return line;
  return others.length === 0 ? `${takenOut}${line}` : `${[word, ...others].join(' ')}\n${takenOut}${line}`;
}
