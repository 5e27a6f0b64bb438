import { describe, expect, it } from 'vitest';
import { nextCatalog } from '../../../src/definition/catalog.ts';
import { type Kept, NOTHING_KEPT, pickAddresses } from '../../../src/model/pick-address.ts';
import { loadedWith } from '../../support/loaded.ts';

const host = '[Bridge]\nAddress=10.0.0.1/28\n';
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function picks(texts: Readonly<Record<string, string>>, kept: Partial<Kept> = {}) {
  const catalog = nextCatalog(undefined, loadedWith(texts, { host }));
  const picked = pickAddresses(catalog.host, catalog.guests.values(), { ...NOTHING_KEPT, ...kept });
  return Object.fromEntries(picked);
}

const without = (...some: string[]) => Object.fromEntries(some.map((name) => [name, '[Guest]']));

describe('addresses that are picked', () => {
  it('are all different, in the range, and the same whatever the order', () => {
    const all = picks(without(...names));
    expect(new Set(Object.values(all)).size).toBe(names.length);
    for (const address of Object.values(all)) expect(address).toMatch(/^10\.0\.0\.([2-9]|1[0-4])$/);
    expect(picks(without(...[...names].reverse()))).toEqual(all);
  });

  it('stay when others come, and when others go', () => {
    for (const name of names) {
      const before = new Map(Object.entries(picks(without(name))));
      const after = picks(without(...names), { picked: before });
      expect(after[name]).toBe(before.get(name));
      const some = new Map(Object.entries(after));
      expect(picks(without(name), { picked: some })[name]).toBe(before.get(name));
    }
  });

  it('give way to one that a definition writes', () => {
    const { a = '' } = picks(without('a'));
    const texts = { ...without('a'), b: `[Guest]\nAddress=${a}` };
    const picked = new Map([['a', a]]);
    expect(picks(texts).a).not.toBe(a);
    expect(picks(texts, { picked }).a).not.toBe(a);
  });

  it('stay with a guest that runs, even where a definition writes them now', () => {
    const { a = '' } = picks(without('a'));
    const texts = { ...without('a'), b: `[Guest]\nAddress=${a}` };
    expect(picks(texts, { running: new Map([['a', a]]) }).a).toBe(a);
  });

  it('are none that a guest runs with which has no definition any more', () => {
    const { a = '' } = picks(without('a'));
    expect(picks(without('a'), { running: new Map([['gone', a]]) }).a).not.toBe(a);
  });

  it('move out of a network that is another one now', () => {
    const kept = new Map([['a', '192.168.2.7']]);
    expect(picks(without('a'), { running: kept }).a).toMatch(/^10\.0\.0\./);
  });
});

describe('a running guest with a picked address', () => {
  it('keeps a new definition from that address', () => {
    const first = nextCatalog(undefined, loadedWith(without('a'), { host }));
    const address = first.kept.picked.get('a') ?? '';
    const texts = { ...without('a'), Z: `[Guest]\nAddress=${address}` };
    const running = new Map([['a', address]]);
    const second = nextCatalog(first, loadedWith(texts, { host }), '', running);
    expect([...second.guests.keys()]).toEqual(['a']);
    expect(second.problems).toMatchObject([{ guest: 'Z', line: 2, severity: 'error' }]);
    expect(second.problems[0]?.message).toContain(`cannot use Address=${address}: guest a has it`);
    // Also for a daemon that starts now.
    const restarted = nextCatalog(undefined, loadedWith(texts, { host }), '', running);
    expect([...restarted.guests.keys()]).toEqual(['a']);
  });
});
