import { describe, expect, it } from 'vitest';
import { nextCatalog } from '../../../src/definition/catalog.ts';
import { pulledBy } from '../../../src/model/dependencies.ts';
import { desired } from '../../../src/model/derive.ts';
import { definition, loadedWith } from '../../support/loaded.ts';

const HOST_ID = 'host';

function wantedOf(definitions: Record<string, string>) {
  const { host, guests, users } = nextCatalog(undefined, loadedWith(definitions), HOST_ID);
  return desired(host, guests.values(), HOST_ID, undefined, users).desired.guests;
}

describe('a circle', () => {
  const before = loadedWith({ a: definition(2), b: definition(3, 'After=a') });
  const after = loadedWith({ a: definition(2, 'After=b'), b: definition(3, 'After=a') });

  it('is the fault of the definition that closed it, and the others stay in force', () => {
    const first = nextCatalog(undefined, before, HOST_ID);
    const next = nextCatalog(first, after, HOST_ID);
    expect([...next.guests].map(([name, { guest }]) => [name, guest.after])).toEqual([
      ['a', []],
      ['b', ['a']],
    ]);
    expect(next.problems.map(({ file, line }) => `${file}:${line}`)).toEqual(['/etc/umlnfs.d/a.conf:3']);
    expect(next.problems[0]?.message).toContain(
      'a waits for b (/etc/umlnfs.d/a.conf:3), b waits for a (/etc/umlnfs.d/b.conf:3)',
    );
  });

  it('of many guests is found without a stack as deep', () => {
    const many = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [
        `g${index}`,
        definition(index + 2, `After=g${(index + 1) % 250}`),
      ]),
    );
    expect(wantedOf(many).size).toBe(0);
  });

  it('is none where two ways lead to the same guest', () => {
    const diamond = {
      a: definition(2),
      b: definition(3, 'After=a'),
      c: definition(4, 'After=a'),
      d: definition(5, 'After=b c'),
    };
    expect(wantedOf(diamond).size).toBe(4);
  });
});

describe('guests that are started together', () => {
  const guests = wantedOf({
    a: definition(2, 'Autostart=no'),
    b: definition(3, 'Autostart=no\nWants=a'),
    c: definition(4, 'Autostart=no\nRequires=b\nWants=c'),
    d: definition(5),
  });

  it('are those that they need, and that those need', () => {
    expect([...pulledBy('c', guests)].sort()).toEqual(['a', 'b']);
    expect([...pulledBy('d', guests)]).toEqual([]);
    expect([...guests.values()].map(({ autostart }) => autostart)).toEqual([false, false, false, true]);
  });
});

it('a guest that serves others is not isolated from them, whatever is said', () => {
  const definitions = {
    files: definition(10, '[Network]\nIsolate=yes'),
    web1: definition(11, '[Network]\nIsolate=yes\n[Root]\nServerGuest=files'),
  };
  const { host, guests, users } = nextCatalog(undefined, loadedWith(definitions), HOST_ID);
  const { taps } = desired(host, guests.values(), HOST_ID, undefined, users).desired;
  expect([...taps.values()].map(({ guest, isolated }) => [guest, isolated])).toEqual([
    ['files', false],
    ['web1', true],
  ]);
});
