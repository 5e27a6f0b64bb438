import { describe, expect, it } from 'vitest';
import { interfacesFor, networkFiles } from '../../../../src/model/tailoring/network.ts';

const devices = ['vec0', 'eth0'];

describe('interfacesFor', () => {
  it('makes a file where there is none', () => {
    expect(interfacesFor(undefined, devices)).toBe(
      'auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n',
    );
  });

  it("leaves Debian's own", () => {
    const own = '# interfaces(5)\n# Include files\nsource /etc/network/interfaces.d/*\n';
    expect(interfacesFor(own, devices)).toBe(own);
  });

  it('takes out what would configure the interface of the root, with its options, and nothing else', () => {
    const copied = [
      'source-directory /etc/network/interfaces.d',
      'auto lo eth0',
      'iface lo inet loopback',
      'allow-hotplug eth0',
      'iface eth0 inet dhcp',
      '    metric 10',
      '',
      'iface wg0 inet manual',
      '    pre-up true',
      '',
    ].join('\n');
    const made = interfacesFor(copied, devices);
    expect(made.split('\n')).toEqual([
      'source-directory /etc/network/interfaces.d',
      'auto lo',
      '# umlnfs: the root is on it: auto lo eth0',
      'iface lo inet loopback',
      '# umlnfs: the root is on it: allow-hotplug eth0',
      '# umlnfs: the root is on it: iface eth0 inet dhcp',
      '# umlnfs: the root is on it:     metric 10',
      '',
      'iface wg0 inet manual',
      '    pre-up true',
      '',
    ]);
    expect(interfacesFor(made, devices)).toBe(made);
  });
});

describe('networkFiles', () => {
  const facts = { systemd: true, interfaces: undefined };
  const paths = (style: 'ifupdown' | 'networkd' | 'none', kind: 'gone' | 'made') =>
    new Set(
      networkFiles(style, devices, facts)
        .filter((one) => (one.kind === 'gone') === (kind === 'gone') && one.path !== 'etc/network/interfaces')
        .map(({ path }) => path),
    );

  it('takes back all that another style has made', () => {
    expect(paths('none', 'made')).toEqual(new Set());
    expect(paths('none', 'gone')).toEqual(
      new Set([...paths('ifupdown', 'made'), ...paths('networkd', 'made')]),
    );
    expect(paths('networkd', 'gone')).toEqual(paths('ifupdown', 'made'));
    expect(paths('ifupdown', 'gone')).toEqual(paths('networkd', 'made'));
  });

  it('has nothing of systemd in a root without it', () => {
    const made = networkFiles('ifupdown', devices, { ...facts, systemd: false }).filter(
      ({ kind }) => kind !== 'gone',
    );
    expect(made.map(({ path }) => path)).toEqual([
      'etc/network/interfaces',
      'etc/network/interfaces.d/umlnfs',
    ]);
  });
});
