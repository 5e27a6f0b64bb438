import { describe, expect, it } from 'vitest';
import { failedLines } from '../../../../src/adapters/ip/ip.ts';
import { parseLinks } from '../../../../src/adapters/ip/parse.ts';

/** As iproute2 6.1 prints it, shortened. */
const printed = JSON.stringify([
  { ifindex: 1, ifname: 'lo', flags: ['LOOPBACK', 'UP', 'LOWER_UP'], addr_info: [] },
  {
    ifname: 'uml-web1',
    flags: ['BROADCAST', 'UP', 'LOWER_UP'],
    master: 'uml0',
    linkinfo: { info_kind: 'tun', info_data: { type: 'tap', persist: true, user: 1879048200 } },
    ifalias: 'umlnfs:web1',
    addr_info: [],
  },
  {
    ifname: 'tap1',
    flags: ['BROADCAST'],
    linkinfo: { info_kind: 'tun', info_data: { type: 'tap', user: 'nobody' } },
    addr_info: [],
  },
  {
    ifname: 'uml0',
    flags: ['BROADCAST', 'UP'],
    linkinfo: { info_kind: 'bridge', info_data: { stp_state: 0 } },
    ifalias: 'umlnfs',
    addr_info: [
      { family: 'inet', local: '192.168.2.1', prefixlen: 24 },
      { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
      { family: 'inet6', local: 'fd00::1', prefixlen: 64, scope: 'global' },
    ],
  },
  { ifname: 'eth0', flags: ['UP'], ifalias: 'umlnfs:eth0', addr_info: [] },
  {},
]);

describe('parseLinks', () => {
  const links = parseLinks(printed);

  it('knows a tap of umlnfs with its guest, owner, bridge and whether it is held', () => {
    expect(links.get('uml-web1')).toMatchObject({
      kind: 'tun',
      owner: 1879048200,
      tap: { name: 'uml-web1', master: 'uml0', up: true, carrier: true, guest: 'web1' },
    });
  });

  it('leaves the guest out for a tap of somebody else, and keeps an owner that is a name', () => {
    const tap = links.get('tap1');
    expect(tap?.owner).toBe('nobody');
    expect(tap?.tap).toEqual({
      name: 'tap1',
      master: undefined,
      up: false,
      carrier: false,
      guarded: false,
      isolated: false,
      guest: undefined,
    });
  });

  it('does not take hardware with a tap’s alias for a tap', () => {
    expect(links.get('eth0')?.tap.guest).toBeUndefined();
  });

  it('knows a bridge with its addresses, but for the link-local one, and its maker', () => {
    expect(links.get('uml0')).toMatchObject({
      kind: 'bridge',
      bridge: { name: 'uml0', addresses: ['192.168.2.1/24', 'fd00::1/64'], up: true, ours: true },
    });
    expect(links.get('lo')?.bridge.ours).toBe(false);
  });

  it('reads no output as no links, and refuses what is no list', () => {
    expect(parseLinks('').size).toBe(0);
    expect(() => parseLinks('{}')).toThrow(TypeError);
    expect(() => parseLinks('[{"ifname"')).toThrow(SyntaxError);
  });
});

describe('failedLines', () => {
  it('gives each failed line of a batch its cause', () => {
    const stderr =
      'Cannot find device "nope"\nCommand failed -:1\nioctl(TUNSETIFF): Device or resource busy\nCommand failed -:12\n';
    expect([...failedLines(stderr)]).toEqual([
      [1, 'Cannot find device "nope"'],
      [12, 'ioctl(TUNSETIFF): Device or resource busy'],
    ]);
    expect(failedLines('').size).toBe(0);
  });
});
