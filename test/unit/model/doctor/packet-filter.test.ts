import { describe, expect, test } from 'vitest';
import type { Packet } from '../../../../src/model/doctor/packet-filter/match.ts';
import { parseRuleset, type Statement } from '../../../../src/model/doctor/packet-filter/ruleset.ts';
import { fateOf } from '../../../../src/model/doctor/packet-filter/walk.ts';

const nfs: Packet = {
  input: 'uml0',
  output: undefined,
  source: '192.168.2.2',
  destination: '192.168.2.1',
  protocol: 'tcp',
  port: 2049,
};

const accept = { accept: null };
const drop = { drop: null };
const is = (left: unknown, right: unknown, op = '=='): Statement => ({ match: { op, left, right } });
const meta = (key: string) => ({ meta: { key } });
const field = (protocol: string, name: string) => ({ payload: { protocol, field: name } });
const from = (name: string) => is(meta('iifname'), name);

interface ChainMade {
  readonly rules: readonly (readonly Statement[])[];
  readonly hook?: string;
  readonly policy?: string;
  readonly prio?: number;
  readonly family?: string;
}

/** The JSON of chains in one table. */
function ruleset(chains: Record<string, ChainMade>, sets: Record<string, unknown[]> = {}) {
  const objects: unknown[] = [{ metainfo: { version: '1.0.6' } }, { table: { family: 'inet', name: 't' } }];
  for (const [name, elem] of Object.entries(sets))
    objects.push({ set: { family: 'inet', table: 't', name, elem } });
  for (const [name, { rules, hook, policy = 'accept', prio = 0, family = 'inet' }] of Object.entries(
    chains,
  )) {
    const base = hook === undefined ? {} : { type: 'filter', hook, prio, policy };
    objects.push({ chain: { family, table: 't', name, ...base } });
    for (const expr of rules) objects.push({ rule: { family, table: 't', chain: name, expr } });
  }
  return parseRuleset(JSON.stringify({ nftables: objects }));
}

/** `accept` or `drop`, with a question mark where it is not certain. */
function fate(chains: Record<string, ChainMade>, sets?: Record<string, unknown[]>, packet = nfs): string {
  const { verdict, certain } = fateOf(ruleset(chains, sets), packet);
  return certain ? verdict : `${verdict}?`;
}

/** Of one chain for what comes in, which drops what no rule accepts. */
const through = (...rules: (readonly Statement[])[]) =>
  fate({ input: { hook: 'input', policy: 'drop', rules } });

test('without rules everything comes in, and a policy holds where no rule does', () => {
  expect(fate({})).toBe('accept');
  expect(through()).toBe('drop');
  expect(through([accept])).toBe('accept');
});

describe.each<[string, Statement, boolean]>([
  ['the interface', from('uml0'), true],
  ['another interface', from('eth0'), false],
  ['interfaces that begin so', from('uml*'), true],
  ['all but another interface', is(meta('iifname'), 'eth0', '!='), true],
  ['one of several interfaces', is(meta('iif'), { set: ['lo', 'uml0'] }), true],
  ['an outgoing interface', is(meta('oifname'), 'eth0'), false],
  ['all but an outgoing interface', is(meta('oifname'), 'eth0', '!='), true],
  ['the port', is(field('tcp', 'dport'), 2049), true],
  ['the port by name', is(field('tcp', 'dport'), 'nfs'), true],
  ['a set of ports', is(field('th', 'dport'), { set: [22, 2049] }), true],
  ['a range of ports', is(field('tcp', 'dport'), { range: [2000, 2100] }), true],
  ['another range', is(field('tcp', 'dport'), { range: [1, 1024] }), false],
  ['a port of another protocol', is(field('udp', 'dport'), 2049), false],
  ['all but a port of another protocol', is(field('udp', 'dport'), 53, '!='), false],
  ['all but another port', is(field('tcp', 'dport'), 53, '!='), true],
  ['all but the port', is(field('tcp', 'dport'), 2049, '!='), false],
  ['all but a kind of ICMP', is(field('icmp', 'type'), 'echo-request', '!='), false],
  ['the protocol', is(meta('l4proto'), { set: ['tcp', 'udp'] }), true],
  ['another protocol', is(field('ip', 'protocol'), 'icmp'), false],
  ['the network', is(field('ip', 'saddr'), { prefix: { addr: '192.168.2.0', len: 24 } }), true],
  ['another network', is(field('ip', 'saddr'), { prefix: { addr: '10.0.0.0', len: 8 } }), false],
  ['all networks', is(field('ip', 'saddr'), { prefix: { addr: '0.0.0.0', len: 0 } }), true],
  ['a range of addresses', is(field('ip', 'daddr'), { range: ['192.168.2.0', '192.168.2.9'] }), true],
  ['IPv6', is(field('ip6', 'saddr'), 'fe80::1'), false],
  [
    'all but a network of IPv6',
    is(field('ip6', 'saddr'), { prefix: { addr: 'fe80::', len: 10 } }, '!='),
    false,
  ],
  ['new connections', is({ ct: { key: 'state' } }, 'new', 'in'), true],
  ['known connections', is({ ct: { key: 'state' } }, ['established', 'related'], 'in'), false],
])('a rule for %s', (_, condition, matching) => {
  test(matching ? 'holds' : 'does not hold', () => {
    expect(through([condition, { counter: {} }, accept])).toBe(matching ? 'accept' : 'drop');
  });
});

test('what is not understood may match or not', () => {
  const mark = is(meta('mark'), 1);
  expect(through([mark, accept])).toBe('drop?');
  expect(through([{ xt: { type: 'match', name: 'comment' } }, accept])).toBe('drop?');
  expect(through([{ limit: { rate: 5 } }, accept])).toBe('drop?');
  expect(through([mark, drop], [accept])).toBe('accept?');
  expect(through([is(field('tcp', 'dport'), 2000, '>='), accept])).toBe('drop?');
  // Once it is accepted for certain, what comes later does not count.
  expect(through([accept], [mark, drop])).toBe('accept');
});

test('named sets are looked into', () => {
  const rules = [[is(field('ip', 'saddr'), '@bad'), drop], [accept]];
  const chains = { input: { hook: 'input', rules } };
  expect(fate(chains, { bad: ['10.0.0.1', { prefix: { addr: '192.168.0.0', len: 16 } }] })).toBe('drop');
  expect(fate(chains, { bad: ['10.0.0.1', { elem: { val: '10.0.0.2', timeout: 60 } }] })).toBe('accept');
  expect(fate(chains, { bad: [] })).toBe('accept');
  expect(fate(chains)).toBe('accept?');
});

test('other chains are followed, and returned from', () => {
  const jump = (target: string) => [{ jump: { target } }];
  const input = { hook: 'input', policy: 'drop', rules: [jump('first'), jump('second')] };
  expect(fate({ input, first: { rules: [[from('eth0'), drop]] }, second: { rules: [[accept]] } })).toBe(
    'accept',
  );
  expect(fate({ input, first: { rules: [[{ return: null }], [drop]] }, second: { rules: [[accept]] } })).toBe(
    'accept',
  );
  expect(
    fate({ input, first: { rules: [[{ reject: { type: 'tcp reset' } }]] }, second: { rules: [[accept]] } }),
  ).toBe('drop');
  const away = { ...input, rules: [[{ goto: { target: 'first' } }], [accept]] };
  expect(fate({ input: away, first: { rules: [] } })).toBe('drop');
});

test('chains that lead in a circle come to an end', () => {
  const circle = { rules: [[{ jump: { target: 'round' } }]] };
  expect(fate({ input: { ...circle, hook: 'input' }, round: circle })).toBe('accept');
});

test('a map of verdicts is looked into', () => {
  const map = (set: unknown[]): Statement[] => [{ vmap: { key: field('tcp', 'dport'), data: { set } } }];
  expect(
    through(
      map([
        [22, accept],
        [2049, accept],
      ]),
    ),
  ).toBe('accept');
  expect(through(map([[22, accept]]))).toBe('drop');
  expect(through(map([[{ range: [1, 9999] }, { jump: { target: 'nowhere' } }]]), [accept])).toBe('accept');
});

test('every chain on the way must accept it', () => {
  const open = { hook: 'input', rules: [[accept]], prio: -10 };
  expect(fate({ open, later: { hook: 'input', policy: 'drop', rules: [], prio: 10 } })).toBe('drop');
  expect(fate({ open, raw: { hook: 'prerouting', rules: [[from('uml0'), drop]] } })).toBe('drop');
  expect(fate({ open, out: { hook: 'output', policy: 'drop', rules: [] } })).toBe('accept');
  expect(fate({ open, six: { hook: 'input', policy: 'drop', rules: [], family: 'ip6' } })).toBe('accept');
});

test('what goes beyond the host passes other chains', () => {
  const chains = {
    input: { hook: 'input', policy: 'drop', rules: [] },
    forward: { hook: 'forward', policy: 'drop', rules: [[is(meta('oifname'), 'eth0'), accept]] },
  };
  expect(fate(chains, {}, { ...nfs, output: 'eth0' })).toBe('accept');
  expect(fate(chains, {}, { ...nfs, output: 'eth1' })).toBe('drop');
});

test('rubbish is told from rules', () => {
  expect(() => parseRuleset('no json')).toThrow();
  expect(parseRuleset('{"nftables": [1, null, {"rule": {}}, {"chain": 5}]}').sets.size).toBe(0);
  expect(parseRuleset('[]').chains.size).toBe(0);
});
