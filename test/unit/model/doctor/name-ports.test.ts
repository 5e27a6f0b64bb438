import { expect, test } from 'vitest';
import { defaultHost } from '../../../../src/definition/parse-host.ts';
import { judgeNamePorts } from '../../../../src/model/doctor/name-ports.ts';

const { bridge } = defaultHost().host;
const judge = (locals: Record<string, string>, change: Partial<typeof bridge> = {}) =>
  judgeNamePorts(
    [{ name: 'lab', file: undefined, bridge: { ...bridge, ...change }, written: new Map() }],
    Object.entries(locals).map(([local, who]) => ({ local, who })),
  );

test('nobody has them, or nobody there', () => {
  const elsewhere = {
    '127.0.0.53%lo:53': 'systemd-resolve (pid 1)',
    '192.168.122.1:53': 'dnsmasq (pid 2)',
    '0.0.0.0%virbr0:67': 'dnsmasq (pid 2)',
    '[fe80::1]%virbr0:53': 'dnsmasq (pid 2)',
    '0.0.0.0:5353': 'avahi-daemon (pid 3)',
  };
  for (const locals of [{}, elsewhere])
    expect(judge(locals)).toEqual([
      { item: 'ports of lab', level: 'ok', text: '53 and 67 are free for dnsmasq on uml0' },
    ]);
});

test('our own dnsmasq may have them', () => {
  const own = { '192.168.2.1:53': 'dnsmasq (pid 9)', '0.0.0.0%uml0:67': 'dnsmasq (pid 9)' };
  expect(judge(own)).toMatchObject([{ level: 'ok' }]);
});

test.each(['0.0.0.0:53', '*:53', '[::]:53', '192.168.2.1:53', '0.0.0.0%uml0:53'])(
  'a name server on %s is in the way',
  (local) => {
    expect(judge({ [local]: 'named (pid 42)' })).toEqual([
      {
        item: 'ports of lab',
        level: 'warning',
        text: `taken on uml0 by named (pid 42) on ${local}`,
        mend: 'stop that, or keep it off uml0; or write DNS=no (port 53) or DHCP=no (port 67) into [Bridge]',
      },
    ]);
    expect(judge({ [local]: 'named (pid 42)' }, { dns: false })).toMatchObject([{ level: 'ok' }]);
  },
);

test('a network that asks for neither needs none', () => {
  expect(judge({ '*:53': 'named (pid 42)' }, { dns: false, dhcp: false })).toEqual([]);
});
