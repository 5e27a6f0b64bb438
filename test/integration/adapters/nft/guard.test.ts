import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyTables, observeTables, removeTables } from '../../../../src/adapters/nft/tables.ts';
import type { GuardWanted } from '../../../../src/model/desired.ts';
import { guardTable } from '../../../../src/model/filter/guard.ts';
import { guardedGroup } from '../../../../src/model/filter/guard-chains.ts';
import { identifierOfMac } from '../../../../src/model/filter/numbers.ts';
import { tableAmiss } from '../../../../src/model/filter/table.ts';
import { stableMac } from '../../../../src/model/mac.ts';
import { FramePort } from '../../../support/frame-port.ts';
import {
  about,
  allNodes,
  arp,
  type Bytes,
  broadcast,
  bytesOfMac,
  frame,
  hiddenIcmpv6,
  icmpv6Frame,
  ipv4Packet,
  ipv4Udp,
  ipv6Packet,
  ipv6Udp,
  option,
  tagged,
  udp,
  zeros,
} from '../../../support/packets.ts';
import { until } from '../../../support/poll.ts';

// Two guests on a bridge, and a port to somewhere outside. The first guest is the one that tries.
const own = {
  mac: '02:00:00:00:00:02',
  ip: '192.168.2.2',
  link: 'fe80::ff:fe00:2',
  ipv6: 'fd00:2::ff:fe00:2',
};
const other = {
  mac: '02:00:00:00:00:03',
  ip: '192.168.2.3',
  link: 'fe80::ff:fe00:3',
  ipv6: 'fd00:2::ff:fe00:3',
};
const host = { ip: '192.168.2.1', ipv6: 'fd00:2::1' };
const everybody = '192.168.2.255';
const outsider = '02:00:00:00:00:99';

const guard = (tap: string, is: typeof own, over: Partial<GuardWanted> = {}): GuardWanted => ({
  tap,
  guest: tap,
  mac: is.mac,
  ipv4: [is.ip],
  ipv6: [is.link, is.ipv6],
  networks4: [],
  networks6: [],
  identifiers: [],
  rarp: false,
  ...over,
});
const surroundings = { ipv4: [host.ip], ipv6: [host.ipv6], others: ['guard-out'] };
const nothingKept = { taps: new Set<string>(), seen: undefined };
const apply = (first: Partial<GuardWanted> = {}) =>
  applyTables(
    [guardTable([guard('guard-a', own, first), guard('guard-b', other)], surroundings, nothingKept)],
    [],
  );

let attacker: FramePort;
let neighbour: FramePort;
let watcher: FramePort;
let outside: FramePort;

beforeAll(async () => {
  const commands = [
    'link add guard0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0 no_linklocal_learn 1',
    `address add ${host.ip}/24 dev guard0`,
    'link set guard0 up',
    ...['guard-a', 'guard-b'].flatMap((tap) => [
      `tuntap add dev ${tap} mode tap`,
      `link set ${tap} group ${guardedGroup} master guard0 addrgenmode none`,
      `link set ${tap} up`,
    ]),
    'tuntap add dev guard-out mode tap',
    'link set guard-out master guard0 addrgenmode none up',
  ];
  await execa('ip', ['-batch', '-'], { input: `${commands.join('\n')}\n` });
  attacker = await FramePort.open('tap', 'guard-a');
  neighbour = await FramePort.open('tap', 'guard-b');
  outside = await FramePort.open('tap', 'guard-out');
  watcher = await FramePort.open('watch', 'guard0');
  // A port forwards a moment after somebody holds it.
  await until('the ports to forward', async () => {
    const { stdout } = await execa('bridge', ['-json', 'link', 'show']);
    return (JSON.parse(stdout) as { master: string; state: string }[])
      .filter(({ master }) => master === 'guard0')
      .every(({ state }) => state === 'forwarding');
  });
});

afterAll(async () => {
  for (const port of [attacker, neighbour, watcher, outside]) await port?.close();
  for (const link of ['guard-a', 'guard-b', 'guard-out', 'guard0'])
    await execa('ip', ['link', 'delete', link], { reject: false });
  await removeTables();
});

let mark = 0;

/** Who receives the frame: each port gets a frame that passes after it, so that nothing is still on its way. */
async function receivers(sent: Bytes, from = attacker): Promise<string[]> {
  const ports = { neighbour, host: watcher, outside, attacker };
  for (const port of Object.values(ports)) port.forget();
  mark += 1;
  const [by, address] = from === attacker ? [own.mac, own.ip] : [outsider, '192.168.2.77'];
  const last = ipv4Udp(by, address, everybody, 40_000, 10_000 + (mark % 50_000));
  from.send(sent);
  from.send(last);
  const others = Object.entries(ports).filter(([, port]) => port !== from);
  await until('the frame that passes', () => others.every(([, port]) => port.has(last)), 20_000);
  return others.filter(([, port]) => port.has(sent)).map(([name]) => name);
}

/** A message of DHCP or BOOTP, up to the link address of the client that it is about. */
const dhcp = (mac: string, operation = 1): Bytes => [
  ...[operation, 1, 6, 0],
  ...zeros(24),
  ...bytesOfMac(mac),
  ...zeros(202),
];

const toServer = (source: string, target: string, payload: Bytes): Bytes =>
  frame(own.mac, broadcast, 0x0800, ipv4Packet(source, target, 17, udp(68, 67, payload)));

const honest: [string, Bytes][] = [
  ['ARP', arp(own.mac, { operation: 1, mac: own.mac, ip: own.ip, target: host.ip })],
  ['ARP probes', arp(own.mac, { operation: 1, mac: own.mac, ip: '0.0.0.0', target: own.ip })],
  ['IPv4', ipv4Udp(own.mac, own.ip, everybody, 5, 6)],
  ['DHCP requests', toServer('0.0.0.0', '255.255.255.255', dhcp(own.mac))],
  ['DHCP requests that renew', toServer(own.ip, host.ip, dhcp(own.mac))],
  ['IPv6', ipv6Udp(own.mac, own.ipv6, 5, 6)],
  ['IPv6 from its link-local address', ipv6Udp(own.mac, own.link, 5, 6)],
  ['DHCPv6 requests', ipv6Udp(own.mac, own.link, 546, 547)],
  ['echo requests', icmpv6Frame(own.mac, own.link, 128, zeros(4))],
  ['solicitations', icmpv6Frame(own.mac, own.link, 135, about(other.link, option(1, own.mac)))],
  ['solicitations without an option', icmpv6Frame(own.mac, own.ipv6, 135, about(other.link))],
  ['detection of duplicates', icmpv6Frame(own.mac, '::', 135, about(own.link))],
  [
    'detection of duplicates with a nonce',
    icmpv6Frame(own.mac, '::', 135, about(own.ipv6, option(14, other.mac))),
  ],
  ['advertisements', icmpv6Frame(own.mac, own.link, 136, about(own.ipv6, option(2, own.mac)))],
  ['router solicitations', icmpv6Frame(own.mac, own.link, 133, [...zeros(4), ...option(1, own.mac)])],
  ['router solicitations without an address', icmpv6Frame(own.mac, '::', 133, zeros(4))],
  ['reports of multicast groups', hiddenIcmpv6(own.mac, '::', 143, zeros(20), 0)],
];

const vlan = ipv4Udp(own.mac, own.ip, everybody, 5, 6);
const forged: [string, Bytes][] = [
  [
    "ARP with its neighbour's address",
    arp(own.mac, { operation: 1, mac: own.mac, ip: other.ip, target: host.ip }),
  ],
  [
    "ARP answers with the host's address",
    arp(own.mac, { operation: 2, mac: own.mac, ip: host.ip, target: other.ip }),
  ],
  [
    "ARP that names its neighbour's MAC",
    arp(own.mac, { operation: 2, mac: other.mac, ip: own.ip, target: host.ip }),
  ],
  [
    'ARP answers without an address',
    arp(own.mac, { operation: 2, mac: own.mac, ip: '0.0.0.0', target: other.ip }),
  ],
  [
    "frames with its neighbour's MAC",
    arp(other.mac, { operation: 1, mac: own.mac, ip: own.ip, target: host.ip }),
  ],
  ["IPv4 from its neighbour's address", ipv4Udp(own.mac, other.ip, everybody, 5, 6)],
  ["IPv4 from the host's address", ipv4Udp(own.mac, host.ip, everybody, 5, 6)],
  ['IPv4 from a free address', ipv4Udp(own.mac, '192.168.2.77', everybody, 5, 6)],
  ['IPv4 without an address', ipv4Udp(own.mac, '0.0.0.0', '255.255.255.255', 5, 6)],
  ["DHCP requests for its neighbour's lease", toServer('0.0.0.0', '255.255.255.255', dhcp(other.mac))],
  [
    "DHCP requests from its own address for its neighbour's lease",
    toServer(own.ip, host.ip, dhcp(other.mac)),
  ],
  ['DHCP answers to a server', toServer(own.ip, host.ip, dhcp(own.mac, 2))],
  ["DHCP requests from its neighbour's address", toServer(other.ip, host.ip, dhcp(own.mac))],
  ['DHCP requests too short for a link address', toServer(own.ip, host.ip, dhcp(own.mac).slice(0, 32))],
  ['answers of a DHCP server', ipv4Udp(own.mac, own.ip, '255.255.255.255', 67, 68)],
  ['answers of a DHCP server from another port', ipv4Udp(own.mac, own.ip, '255.255.255.255', 6767, 68)],
  [
    'ICMP redirects',
    frame(own.mac, broadcast, 0x0800, ipv4Packet(own.ip, everybody, 1, [5, 1, 0, 0, ...zeros(32)])),
  ],
  ['a VLAN tag', tagged(vlan, 0x8100, 5)],
  ['a VLAN tag of nothing but a priority', tagged(vlan, 0x8100, 0xe000)],
  ['a VLAN tag around a forged address', tagged(ipv4Udp(own.mac, other.ip, everybody, 5, 6), 0x8100, 0)],
  ['two VLAN tags', tagged(tagged(vlan, 0x8100, 1), 0x88a8, 2)],
  ['IPv4 in an LLC frame', frame(own.mac, broadcast, 60, [0xaa, 0xaa, 3, 0, 0, 0, 8, 0, ...zeros(52)])],
  ['spanning tree', frame(own.mac, '01:80:c2:00:00:00', 38, [0x42, 0x42, 3, ...zeros(40)])],
  ['other protocols', frame(own.mac, broadcast, 0x88b5, zeros(46))],
  ['RARP', arp(own.mac, { operation: 3, mac: own.mac, ip: '0.0.0.0', target: '0.0.0.0' }, 0x8035)],
  ["IPv6 from its neighbour's address", ipv6Udp(own.mac, other.ipv6, 5, 6)],
  ["IPv6 from the host's address", ipv6Udp(own.mac, host.ipv6, 5, 6)],
  ['answers of a DHCPv6 server', ipv6Udp(own.mac, own.link, 547, 546)],
  ['answers of a DHCPv6 server from another port', ipv6Udp(own.mac, own.link, 5470, 546)],
  ['router advertisements', icmpv6Frame(own.mac, own.link, 134, zeros(12))],
  ['router advertisements behind options', hiddenIcmpv6(own.mac, own.link, 134, zeros(12), 0)],
  ['IPv6 redirects', icmpv6Frame(own.mac, own.link, 137, zeros(36))],
  [
    "solicitations with its neighbour's MAC",
    icmpv6Frame(own.mac, own.link, 135, about(host.ipv6, option(1, other.mac))),
  ],
  ["detection of its neighbour's address", icmpv6Frame(own.mac, '::', 135, about(other.ipv6))],
  [
    "advertisements of its neighbour's address",
    icmpv6Frame(own.mac, own.link, 136, about(other.ipv6, option(2, own.mac))),
  ],
  [
    "advertisements with its neighbour's MAC",
    icmpv6Frame(own.mac, own.link, 136, about(own.ipv6, option(2, other.mac))),
  ],
  [
    "advertisements from its neighbour's address",
    icmpv6Frame(own.mac, other.link, 136, about(own.ipv6, option(2, own.mac))),
  ],
  [
    'advertisements with a second option',
    icmpv6Frame(own.mac, own.link, 136, about(own.ipv6, option(14, own.mac), option(2, other.mac))),
  ],
  [
    'advertisements behind options',
    hiddenIcmpv6(own.mac, own.link, 136, about(other.ipv6, option(2, own.mac)), 60),
  ],
  [
    "router solicitations with its neighbour's MAC",
    icmpv6Frame(own.mac, own.link, 133, [...zeros(4), ...option(1, other.mac)]),
  ],
];

describe('without the filter, everything passes', () => {
  test.each([...honest, ...forged])('%s', async (_, sent) => {
    expect(await receivers(sent)).toContain('neighbour');
  });
});

describe('with it, what a guest sends as itself passes', () => {
  beforeAll(() => apply());

  test.each(honest)('%s', async (_, sent) => {
    expect(await receivers(sent)).toEqual(['neighbour', 'host', 'outside']);
  });
});

describe('with it, nobody receives', () => {
  beforeAll(() => apply());

  test.each(forged)('%s', async (_, sent) => {
    expect(await receivers(sent)).toEqual([]);
  });
});

describe('the filter', () => {
  test('is found to be as it was made', async () => {
    const table = guardTable(
      [
        guard('guard-a', own, {
          networks4: ['10.0.0.0/8', '172.16.0.1'],
          networks6: ['fd00:7::/48', 'fd00:8::1'],
          identifiers: ['0xfffe000002'],
          rarp: true,
        }),
        guard('guard-b', other),
      ],
      surroundings,
      nothingKept,
    );
    await applyTables([table], []);
    expect(tableAmiss(table, (await observeTables()).get('bridge'))).toBeUndefined();
    await execa('nft', ['insert', 'rule', 'bridge', 'umlnfs', 'guest', 'accept']);
    expect(tableAmiss(table, (await observeTables()).get('bridge'))).toContain('rules of chain guest');
    await applyTables([table], []);
    await execa('nft', ['add', 'element', 'bridge', 'umlnfs', 'ipv4', '{ "guard-a" . 192.168.2.9 }']);
    expect(tableAmiss(table, (await observeTables()).get('bridge'))).toContain('set ipv4');
  });

  test('is found to be as it was made with identifiers that have all 64 bits, and keeps them', async () => {
    const macs = Array.from({ length: 40 }, (_, index) => stableMac('a machine', `web${index}`));
    const guards = macs.map((mac, index) =>
      guard(`guard-${index}`, { ...own, mac }, { identifiers: [identifierOfMac(mac)] }),
    );
    const table = guardTable(guards, surroundings, nothingKept);
    await applyTables([table], []);
    const seen = (await observeTables()).get('bridge');
    expect(tableAmiss(table, seen)).toBeUndefined();
    const kept = guardTable([], surroundings, { taps: new Set(guards.map(({ tap }) => tap)), seen });
    await applyTables([kept], []);
    const again = (await observeTables()).get('bridge');
    expect(tableAmiss(kept, again)).toBeUndefined();
    expect(again?.sets.get('ipv6-own')).toEqual(seen?.sets.get('ipv6-own'));
    await apply();
  });

  test('drops all of a tap that is marked and not known', async () => {
    await applyTables([guardTable([guard('guard-b', other)], surroundings, nothingKept)], []);
    attacker.send(ipv4Udp(own.mac, own.ip, everybody, 5, 6));
    await expect(receivers(ipv4Udp(own.mac, own.ip, everybody, 5, 7))).rejects.toThrow(
      'the frame that passes',
    );
    await apply();
  });

  test('lets a guest pass on what comes from behind it, but nothing with the address of another', async () => {
    await apply({ networks4: ['10.0.0.0/8', '192.168.2.0/24'], networks6: ['fd00:2::/64'] });
    expect(await receivers(ipv4Udp(own.mac, '10.1.2.3', everybody, 5, 6))).toContain('neighbour');
    expect(await receivers(ipv4Udp(own.mac, '192.168.2.77', everybody, 5, 6))).toContain('neighbour');
    expect(await receivers(ipv6Udp(own.mac, 'fd00:2::77', 5, 6))).toContain('neighbour');
    for (const { ip, ipv6 } of [other, host]) {
      expect(await receivers(ipv4Udp(own.mac, ip, everybody, 5, 6))).toEqual([]);
      expect(await receivers(ipv6Udp(own.mac, ipv6, 5, 6))).toEqual([]);
      expect(await receivers(arp(own.mac, { operation: 1, mac: own.mac, ip, target: host.ip }))).toEqual([]);
    }
    await apply();
  });

  test('lets a guest ask for its address by RARP, and tell nobody else theirs', async () => {
    await apply({ rarp: true });
    const rarp = (operation: number) =>
      arp(own.mac, { operation, mac: own.mac, ip: '0.0.0.0', target: '0.0.0.0' }, 0x8035);
    expect(await receivers(rarp(3))).toContain('host');
    expect(await receivers(rarp(4))).toEqual([]);
    await apply();
  });

  test('lets a guest have addresses of its own making in networks that others announce', async () => {
    await apply({ identifiers: ['0xfffe000002'] });
    const made = '2001:db8::ff:fe00:2';
    expect(await receivers(ipv6Udp(own.mac, made, 5, 6))).toContain('neighbour');
    expect(await receivers(icmpv6Frame(own.mac, '::', 135, about(made)))).toContain('neighbour');
    expect(await receivers(icmpv6Frame(own.mac, made, 136, about(made, option(2, own.mac))))).toContain(
      'neighbour',
    );
    expect(await receivers(ipv6Udp(own.mac, '2001:db8::ff:fe00:3', 5, 6))).toEqual([]);
    await apply();
  });

  test('lets everything in from outside but what says that it is from here', async () => {
    const elsewhere = '192.168.2.77';
    for (const passing of [
      ipv4Udp(outsider, elsewhere, everybody, 67, 68),
      tagged(ipv4Udp(outsider, elsewhere, everybody, 5, 6), 0x8100, 5),
      icmpv6Frame(outsider, 'fe80::99', 134, zeros(12)),
      frame(outsider, broadcast, 0x88b5, zeros(46)),
      arp(outsider, { operation: 1, mac: outsider, ip: elsewhere, target: own.ip }),
    ])
      expect(await receivers(passing, outside)).toContain('neighbour');
    for (const stopped of [
      ipv4Udp(outsider, other.ip, everybody, 5, 6),
      ipv4Udp(outsider, host.ip, everybody, 5, 6),
      ipv4Udp(own.mac, elsewhere, everybody, 5, 6),
      frame(outsider, allNodes, 0x86dd, ipv6Packet(other.ipv6, 'ff02::1', 17, udp(5, 6))),
      arp(outsider, { operation: 2, mac: outsider, ip: own.ip, target: other.ip }),
    ])
      expect(await receivers(stopped, outside)).toEqual([]);
  });
});

test('the bridge learns no address from a frame that is dropped, nor from one that is for bridges', async () => {
  await apply();
  const stolen = '02:00:00:00:00:55';
  for (const to of [broadcast, '01:80:c2:00:00:00', '01:80:c2:00:00:0e'])
    attacker.send(frame(stolen, to, 0x88cc, zeros(46)));
  await receivers(ipv4Udp(own.mac, own.ip, everybody, 5, 6));
  const { stdout } = await execa('bridge', ['-json', 'fdb', 'show', 'br', 'guard0']);
  expect(stdout).toContain(own.mac);
  expect(stdout).not.toContain(stolen);
});
