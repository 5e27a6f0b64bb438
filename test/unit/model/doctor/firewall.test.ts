import { expect, test } from 'vitest';
import { type FirewallSeen, judgeFirewall } from '../../../../src/model/doctor/firewall.ts';
import { parseRuleset } from '../../../../src/model/doctor/packet-filter/ruleset.ts';

/** A table with one empty chain for a hook. */
function table(family: string, name: string, chain: string, hook: string, rules: unknown[] = []) {
  return [
    { chain: { family, table: name, name: chain, hook, type: 'filter', prio: 0, policy: 'drop' } },
    ...rules.map((expr) => ({ rule: { family, table: name, chain, expr } })),
  ];
}

function judge(objects: unknown[], more: Partial<FirewallSeen> = {}) {
  return judgeFirewall({
    bridge: 'uml0',
    network: { address: '192.168.2.1', prefix: 24 },
    nftables: parseRuleset(JSON.stringify({ nftables: objects })),
    legacy: '',
    ...more,
  });
}

test('without rules nothing is in the way', () => {
  expect(judge([])).toEqual([
    {
      item: 'firewall',
      level: 'ok',
      text: 'no rule was found that keeps guests on uml0 from the NFS server',
    },
  ]);
});

test.each([
  ['inet', 'filter', 'input', 'nft insert rule inet filter input iifname uml0 accept'],
  ['ip', 'filter', 'INPUT', 'iptables -I INPUT -i uml0 -j ACCEPT (with ufw: ufw allow in on uml0)'],
  [
    'inet',
    'firewalld',
    'filter_INPUT',
    'firewall-cmd --permanent --zone=trusted --add-interface=uml0 && firewall-cmd --reload',
  ],
])('table %s %s that drops all is in the way', (family, name, chain, mend) => {
  const [found, ...more] = judge(table(family, name, chain, 'input'));
  expect(more).toEqual([]);
  expect(found).toEqual({
    item: 'firewall',
    level: 'warning',
    text: `chain ${chain} of table ${family} ${name} drops what guests on uml0 send to the NFS server`,
    mend,
  });
});

test("umlnfs' own table is not in its own way", () => {
  const walls = table('inet', 'umlnfs', 'forward', 'forward');
  expect(judge(walls)).toMatchObject([{ level: 'ok' }]);
  expect(judge([...walls, ...table('inet', 'filter', 'forward', 'forward')])).toMatchObject([
    { text: expect.stringContaining('table inet filter drops') },
  ]);
});

test('the network of the guests may be let in', () => {
  const saddr = { payload: { protocol: 'ip', field: 'saddr' } };
  const lets = (addr: string) =>
    judge(
      table('inet', 'filter', 'input', 'input', [
        [{ match: { op: '==', left: saddr, right: { prefix: { addr, len: 24 } } } }, { accept: null }],
      ]),
    );
  expect(lets('192.168.2.0')).toMatchObject([{ level: 'ok' }]);
  expect(lets('192.168.3.0')).toMatchObject([{ level: 'warning' }]);
});

test('what is not certain is told so', () => {
  const limited = [[{ limit: { rate: 1 } }, { accept: null }]];
  expect(judge(table('inet', 'filter', 'input', 'input', limited))[0]?.text).toMatch(
    /^it seems that chain input /,
  );
});

test('what keeps guests in is told as well', () => {
  const [found] = judge(table('ip', 'filter', 'FORWARD', 'forward'));
  expect(found?.text).toMatch(
    /^chain FORWARD of table ip filter drops what guests on uml0 send beyond this host/,
  );
  expect(found?.mend).toBe('iptables -I FORWARD -i uml0 -j ACCEPT && iptables -I FORWARD -o uml0 -j ACCEPT');
});

test('rules that cannot be read are no good news', () => {
  expect(judge([], { nftables: { unknown: 'nft is missing', mend: 'apt install nftables' } })).toEqual([
    {
      item: 'firewall',
      level: 'warning',
      text: 'its rules could not be read: nft is missing',
      mend: 'apt install nftables',
    },
  ]);
});

test.each([
  [':INPUT DROP [0:0]\n', 'warning'],
  [':INPUT ACCEPT [0:0]\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\n', 'warning'],
  [':INPUT DROP [0:0]\n-A INPUT -i uml0 -j ACCEPT\n', 'ok'],
  [':INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 2049 -j ACCEPT\n', 'ok'],
  [':INPUT ACCEPT [0:0]\n-A INPUT -i eth0 -j ACCEPT\n', 'ok'],
])('iptables-legacy with %j: %s', (legacy, level) => {
  expect(judge([], { legacy })[0]?.level).toBe(level);
});
