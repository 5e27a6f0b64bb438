import { describe, expect, it } from 'vitest';
import { type Catalog, nextCatalog } from '../../../src/definition/catalog.ts';
import { formatProblem, type Problem } from '../../../src/model/problem.ts';
import { definition, loadedWith } from '../../support/loaded.ts';

const addresses = (catalog: Catalog) =>
  Object.fromEntries(
    [...catalog.guests].map(([name, guest]) => [name, guest.guest.address?.split('.').at(-1)]),
  );
const problems = (catalog: Catalog) => catalog.problems.map(formatProblem);

const unreadable: Problem = {
  severity: 'error',
  file: '/etc/umlnfs.d/web1.conf',
  line: undefined,
  guest: 'web1',
  message: 'cannot read the file: EIO',
};

describe('what was last good', () => {
  const first = nextCatalog(undefined, loadedWith({ web1: definition(2), web2: definition(3) }));

  it('is what is read, when there is nothing wrong', () => {
    expect(first).toMatchObject({ problems: [], complete: true, usable: true });
    expect(addresses(first)).toEqual({ web1: '2', web2: '3' });
  });

  it.each([
    ['unreadable', unreadable],
    ['broken', '[Guest]\nAddress=nonsense\n'],
    ['empty', ''],
    ['half-written', '[Guest]\nAddr'],
    ['wrong on this host', definition(1)],
  ])('holds while the file is %s, and the problem is told', (_what, content) => {
    const second = nextCatalog(first, loadedWith({ web1: content, web2: definition(4) }));
    expect(addresses(second)).toEqual({ web1: '2', web2: '4' });
    expect(second.guests.get('web1')).toBe(first.guests.get('web1'));
    expect(second.problems).toMatchObject([{ severity: 'error', guest: 'web1' }]);
    const third = nextCatalog(second, loadedWith({ web1: definition(7), web2: definition(4) }));
    expect(addresses(third)).toEqual({ web1: '7', web2: '4' });
    expect(third.problems).toEqual([]);
  });

  it('is nothing for a guest that never was', () => {
    const second = nextCatalog(
      first,
      loadedWith({ web1: definition(2), web2: definition(3), web3: '[Guest]\nMemory=1K' }),
    );
    expect([...second.guests.keys()]).toEqual(['web1', 'web2']);
    expect(second.problems).toHaveLength(1);
  });

  it('goes with its file', () => {
    expect(addresses(nextCatalog(first, loadedWith({ web2: definition(3) })))).toEqual({ web2: '3' });
  });

  it('stays when a directory could not be read', () => {
    const second = nextCatalog(first, loadedWith({ web2: definition(5) }, { complete: false }));
    expect(addresses(second)).toEqual({ web1: '2', web2: '5' });
    expect(second.complete).toBe(false);
  });
});

describe('the host file', () => {
  const host = '[Bridge]\nName=br7\n[Guest]\nMemory=64M\n';
  const first = nextCatalog(undefined, loadedWith({ web1: definition(2) }, { host }));

  it('gives settings and defaults', () => {
    expect(first.host.bridge.name).toBe('br7');
    expect(first.guests.get('web1')?.guest.memory).toBe(64 * 1024 * 1024);
  });

  it('that is broken leaves both as they were', () => {
    const second = nextCatalog(
      first,
      loadedWith({ web1: definition(2), web2: definition(3) }, { host: '[Bridge' }),
    );
    expect(second.host).toEqual(first.host);
    expect(second.guests.get('web2')?.guest.memory).toBe(64 * 1024 * 1024);
    expect(second.usable).toBe(true);
    expect(second.problems).toHaveLength(1);
  });

  it('that never was good leaves nothing to go by', () => {
    const start = nextCatalog(undefined, loadedWith({ web1: definition(2) }, { host: '' }));
    expect(start).toMatchObject({ usable: false, complete: false });
    expect(start.guests.size).toBe(0);
    const later = nextCatalog(start, loadedWith({ web1: definition(2) }, { host }));
    expect(later).toMatchObject({ usable: true, complete: true, problems: [] });
    expect(later.guests.size).toBe(1);
  });

  it('that moves the network says which guests are left behind', () => {
    const moved = nextCatalog(
      first,
      loadedWith({ web1: definition(2) }, { host: '[Bridge]\nAddress=10.0.0.1/24\n' }),
    );
    expect(moved.guests.size).toBe(0);
    expect(problems(moved)[0]).toMatch(
      /^\/etc\/umlnfs\.d\/web1\.conf:2: error: cannot use Address=192\.168\.2\.2: it is outside/,
    );
  });
});

describe('two that want the same', () => {
  const first = nextCatalog(undefined, loadedWith({ b: definition(2), d: definition(4) }));

  it('are told apart by who had it', () => {
    const second = nextCatalog(first, loadedWith({ a: definition(2), b: definition(2), d: definition(4) }));
    expect(addresses(second)).toEqual({ b: '2', d: '4' });
    expect(problems(second)).toEqual([
      expect.stringMatching(/a\.conf:2: error: .*guest b has it \(\/etc\/umlnfs\.d\/b\.conf:2\)/),
    ]);
  });

  it('leave the one that changed as it was', () => {
    const second = nextCatalog(first, loadedWith({ b: definition(4, 'Memory=64M'), d: definition(4) }));
    expect(addresses(second)).toEqual({ b: '2', d: '4' });
    expect(second.guests.get('b')).toBe(first.guests.get('b'));
    expect(second.problems).toMatchObject([{ guest: 'b', line: 2 }]);
  });

  it('do not take what the loser falls back to', () => {
    const second = nextCatalog(first, loadedWith({ a: definition(2), b: definition(4), d: definition(4) }));
    expect(addresses(second)).toEqual({ b: '2', d: '4' });
    expect(second.problems.map(({ guest }) => guest).sort()).toEqual(['a', 'b']);
  });

  it('may swap', () => {
    const second = nextCatalog(first, loadedWith({ b: definition(4), d: definition(2) }));
    expect(addresses(second)).toEqual({ b: '4', d: '2' });
    expect(second.problems).toEqual([]);
  });

  it('go by name when neither had it', () => {
    const second = nextCatalog(undefined, loadedWith({ y: definition(2), x: definition(2) }));
    expect(addresses(second)).toEqual({ x: '2' });
  });

  it('both may change in other things', () => {
    const second = nextCatalog(
      first,
      loadedWith({ a: definition(2), b: definition(2, 'Memory=64M'), d: definition(4) }),
    );
    expect(second.guests.get('b')?.guest.memory).toBe(64 * 1024 * 1024);
  });
});

it('settles a thousand guests that all want the same at once', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `g${index}`);
  const first = nextCatalog(
    undefined,
    loadedWith(Object.fromEntries(names.map((name) => [name, definition(2)]))),
  );
  expect(first.guests.size).toBe(1);
  expect(first.problems).toHaveLength(999);
});
