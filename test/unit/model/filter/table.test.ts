import { describe, expect, it } from 'vitest';
import {
  markOf,
  type TableSeen,
  type TableWanted,
  tableAmiss,
  tableText,
} from '../../../../src/model/filter/table.ts';
import { parseTable } from '../../../../src/model/filter/table-seen.ts';

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
