import { describe, expect, it } from 'vitest';
import { identifierOfMac } from '../../../../src/model/filter/numbers.ts';
import {
  markOf,
  type TableSeen,
  type TableWanted,
  tableAmiss,
  tableText,
} from '../../../../src/model/filter/table.ts';
import { parseTable } from '../../../../src/model/filter/table-seen.ts';
import { stableMac } from '../../../../src/model/mac.ts';

const table: TableWanted = {
  family: 'bridge',
  chains: [
    {
      name: 'prerouting',
      base: { type: 'filter', hook: 'prerouting', priority: -350 },
      rules: ['iifname @taps goto guest'],
    },
    { name: 'guest', rules: ['udp sport 67 drop', 'drop'] },
  ],
  sets: [
    { name: 'taps', type: 'type ifname', elements: ['uml-web1', '7'] },
    { name: 'macs', type: 'typeof iifname . @th,208,48', elements: ['uml-web1 . 0x20000000002'] },
    { name: 'networks', type: 'type ipv4_addr', interval: true, elements: ['10.0.0.0/8'] },
    { name: 'none', type: 'type ipv4_addr', elements: [] },
  ],
};

function seenAs(
  change: { chain?: string; marks?: string[]; set?: string; elements?: string[] } = {},
): TableSeen {
  const chains = table.chains.map(({ name, base, rules }) => {
    const marks = name === change.chain ? (change.marks ?? []) : rules.map((rule) => markOf(name, rule));
    return [name, { base, policy: base === undefined ? 'undefined' : 'accept', marks }] as const;
  });
  const sets = table.sets.map(
    ({ name, elements }) => [name, new Set(name === change.set ? change.elements : elements)] as const,
  );
  return { chains: new Map(chains), sets: new Map(sets) };
}

describe('as text', () => {
  it('is made anew in one transaction, with a mark at each rule', () => {
    expect(tableText(table)).toBe(
      [
        'table bridge umlnfs',
        'delete table bridge umlnfs',
        'table bridge umlnfs {',
        '  set taps {',
        '    type ifname',
        '    elements = { "uml-web1", "7" }',
        '  }',
        '  set macs {',
        '    typeof iifname . @th,208,48',
        '    elements = { "uml-web1" . 0x20000000002 }',
        '  }',
        '  set networks {',
        '    type ipv4_addr',
        '    flags interval',
        '    elements = { 10.0.0.0/8 }',
        '  }',
        '  set none {',
        '    type ipv4_addr',
        '  }',
        '  chain prerouting {',
        '    type filter hook prerouting priority -350; policy accept;',
        `    iifname @taps goto guest comment "${markOf('prerouting', 'iifname @taps goto guest')}"`,
        '  }',
        '  chain guest {',
        `    udp sport 67 drop comment "${markOf('guest', 'udp sport 67 drop')}"`,
        `    drop comment "${markOf('guest', 'drop')}"`,
        '  }',
        '}',
        '',
      ].join('\n'),
    );
  });

  it.each(['a" }; flush ruleset', 'a b', 'a;b', 'a\nb', ''])('takes no element %j', (element) => {
    const sets = [{ name: 'taps', type: 'type ifname', elements: [element] }];
    expect(() => tableText({ ...table, sets })).toThrow(TypeError);
  });

  it('takes no number that is negative', () => {
    const sets = [{ name: 'own', type: 'typeof iifname . @nh,128,64', elements: ['web1 . 0x-4fca'] }];
    expect(() => tableText({ ...table, sets })).toThrow(TypeError);
  });
});

describe('what is amiss', () => {
  it('is nothing where all is as wanted', () => expect(tableAmiss(table, seenAs())).toBeUndefined());

  it.each([
    ['no table', undefined, 'there is no table bridge umlnfs'],
    ['a rule less', seenAs({ chain: 'guest', marks: [markOf('guest', 'drop')] }), 'the rules of chain guest'],
    [
      'a rule more',
      seenAs({ chain: 'guest', marks: ['', ...(table.chains[1]?.rules ?? [])] }),
      'the rules of chain guest',
    ],
    [
      'an element less',
      seenAs({ set: 'taps', elements: ['7'] }),
      'set taps of table bridge umlnfs has other elements',
    ],
    ['an element more', seenAs({ set: 'none', elements: ['10.0.0.1'] }), 'set none of table bridge umlnfs'],
  ])('%s', (_, seen, words) => expect(tableAmiss(table, seen)).toContain(words));

  it('a chain or a set less or more', () => {
    const { chains, sets } = seenAs();
    const without = <T>(map: ReadonlyMap<string, T>, name: string) =>
      new Map([...map].filter(([key]) => key !== name));
    const guest = chains.get('guest');
    if (guest === undefined) throw new Error('fixture');
    expect(tableAmiss(table, { chains: without(chains, 'guest'), sets })).toContain('chain guest');
    expect(tableAmiss(table, { chains, sets: without(sets, 'none') })).toContain('set none');
    expect(tableAmiss(table, { chains: new Map([...chains, ['more', guest]]), sets })).toContain(
      'more in it',
    );
  });

  it('a chain at another place, or one that drops what passes', () => {
    const { chains, sets } = seenAs();
    const first = chains.get('prerouting');
    if (first?.base === undefined) throw new Error('fixture');
    const changed = (chain: typeof first) =>
      tableAmiss(table, { chains: new Map([...chains, ['prerouting', chain]]), sets });
    expect(changed({ ...first, base: { ...first.base, priority: 0 } })).toContain('chain prerouting');
    expect(changed({ ...first, policy: 'drop' })).toContain('chain prerouting');
  });
});

it.each(['web1', 'web2', 'web3', 'db', 'mail', 'a', 'b', 'c'])(
  'numbers of 64 bits are read to the last, as of %s',
  (guest) => {
    const own = identifierOfMac(stableMac('a machine', guest));
    const printed = `{"nftables": [{"set": {"name": "own", "comment": "12, -1234567890123456789]", "handle": 3, "elem": [{"concat": ["7", ${BigInt.asIntN(64, BigInt(own))}]}, ${BigInt.asIntN(64, BigInt(own))}]}}]}`;
    expect([...(parseTable(printed).sets.get('own') ?? [])]).toEqual([`7 . ${own}`, own]);
  },
);

it('numbers of 64 bits may be negative or not', () => {
  const elements = (elem: string) => [
    ...(parseTable(`{"nftables":[{"set":{"name":"own","elem":[${elem}]}}]}`).sets.get('own') ?? []),
  ];
  expect(elements('-5749665160039337258,5749665160039337258')).toEqual([
    '0xb03515fffe6a72d6',
    '0x4fcaea0001958d2a',
  ]);
  expect(elements('-1, 18446744073709551614, "0xfe800000000000000000000000000001"')).toEqual([
    '0xffffffffffffffff',
    '0xfffffffffffffffe',
    '0xfe800000000000000000000000000001',
  ]);
});

it('is read from what nft prints', () => {
  const objects = [
    { metainfo: {} },
    { table: { family: 'bridge', name: 'umlnfs' } },
    { set: { name: 'taps', type: 'ifname', elem: ['uml-web1'] } },
    { set: { name: 'macs', elem: [{ concat: ['uml-web1', 2199023255554] }] } },
    { set: { name: 'targets', elem: [{ concat: ['uml-web1', '0xfe800000000000000000000000000001'] }] } },
    {
      set: {
        name: 'networks',
        elem: [{ prefix: { addr: '10.0.0.0', len: 8 } }, { range: ['10.9.0.1', '10.9.0.3'] }],
      },
    },
    { set: { name: 'none' } },
    { chain: { name: 'prerouting', type: 'filter', hook: 'prerouting', prio: -350, policy: 'accept' } },
    { chain: { name: 'guest' } },
    { rule: { chain: 'guest', comment: 'first' } },
    { rule: { chain: 'guest' } },
  ];
  const { chains, sets } = parseTable(JSON.stringify({ nftables: objects }));
  expect(chains.get('prerouting')).toEqual({
    base: { type: 'filter', hook: 'prerouting', priority: -350 },
    policy: 'accept',
    marks: [],
  });
  expect(chains.get('guest')?.marks).toEqual(['first', '']);
  expect([...sets].map(([name, elements]) => [name, [...elements]])).toEqual([
    ['taps', ['uml-web1']],
    ['macs', ['uml-web1 . 0x20000000002']],
    ['targets', ['uml-web1 . 0xfe800000000000000000000000000001']],
    ['networks', ['10.0.0.0/8', '10.9.0.1-10.9.0.3']],
    ['none', []],
  ]);
  expect(() => parseTable('{}')).toThrow(TypeError);
});
