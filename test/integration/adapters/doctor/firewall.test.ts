import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readNftables } from '../../../../src/adapters/doctor/firewall.ts';
import { judgeFirewall } from '../../../../src/model/doctor/firewall.ts';

// In a network of the tests' own.
const nft = (...lines: string[]) => execa('nft', ['-f', '-'], { input: `${lines.join('\n')}\n` });

beforeEach(() => nft('flush ruleset'));
afterEach(() => nft('flush ruleset'));

async function judge() {
  const nftables = await readNftables();
  return judgeFirewall({
    bridge: 'uml0',
    network: { address: '192.168.2.1', prefix: 24 },
    nftables,
    legacy: '',
  });
}

/** A firewall as administrators write it, with these rules for what comes in. */
const firewall = (...rules: string[]) =>
  nft(
    'table inet filter {',
    '  set friends { type ipv4_addr; flags interval; elements = { 10.1.0.0/16, 192.168.2.0-192.168.2.99 } }',
    '  chain services { tcp dport { 22, 443 } accept; }',
    '  chain input { type filter hook input priority filter; policy drop;',
    '    ct state vmap { established : accept, related : accept, invalid : drop }',
    '    iif lo accept',
    '    meta l4proto { icmp, ipv6-icmp } limit rate 5/second accept',
    '    tcp dport 1-1023 jump services',
    ...rules,
    '    counter reject with icmpx type admin-prohibited',
    '  }',
    '}',
  );

test('no rules, no obstacle', async () => {
  expect(await judge()).toMatchObject([{ level: 'ok' }]);
});

test('a firewall that does not know of guests is in the way, and its mend mends it', async () => {
  await firewall();
  const [found] = await judge();
  expect(found).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/^chain input of table inet filter drops/),
  });
  const [program = '', ...args] = (found?.mend ?? '').split(' ');
  await execa(program, args);
  expect(await judge()).toMatchObject([{ level: 'ok' }]);
});

test.each([
  ['the bridge', 'iifname "uml*" accept', 'ok'],
  ['another bridge', 'iifname { "docker0", "virbr0" } accept', 'warning'],
  ['the port', 'tcp dport nfs accept', 'ok'],
  ['friends', 'ip saddr @friends tcp dport vmap { 2049 : accept }', 'ok'],
  ['all but the network', 'ip saddr != 192.168.2.0/24 accept', 'warning'],
])('one that lets %s in: %s', async (_, rule, level) => {
  await firewall(`    ${rule}`);
  expect((await judge())[0]?.level).toBe(level);
});

test('one that keeps guests from what is beyond the host', async () => {
  await nft('table ip filter {', 'chain FORWARD { type filter hook forward priority 0; policy drop; }', '}');
  expect(await judge()).toMatchObject([
    { level: 'warning', text: expect.stringContaining('beyond this host') },
  ]);
});
