import { describe, expect, it } from 'vitest';
import { nextCatalog } from '../../../src/definition/catalog.ts';
import { definition, loadedWith } from '../../support/loaded.ts';

const lab = '[Bridge]\nAddress=192.168.3.1/24\n';
const inLab = '[Guest]\nAddress=192.168.3.2\n[Network]\nBridge=lab\n';

function load(
  networks: Readonly<Record<string, string>>,
  more: { host?: string; guests?: Record<string, string> } = {},
) {
  const { host, guests = { a: definition(2), b: inLab } } = more;
  return loadedWith(guests, { networks, ...(host === undefined ? {} : { host }) });
}

describe('a network', () => {
  const first = nextCatalog(undefined, load({ lab }));

  it('is there with its guests', () => {
    expect(first.problems).toEqual([]);
    expect([...first.guests.keys()]).toEqual(['a', 'b']);
  });

  it('stays as it was while its file is broken', () => {
    const second = nextCatalog(first, load({ lab: '[Bridge\n' }));
    expect(second.host.networks?.get('lab')).toEqual(first.host.networks?.get('lab'));
    expect([...second.guests.keys()]).toEqual(['a', 'b']);
    expect(second.problems).toMatchObject([
      { file: '/etc/umlnfs.d/lab.network', line: 1, severity: 'error' },
    ]);
  });

  it('that is gone takes its guests with it, in words', () => {
    const second = nextCatalog(first, load({}));
    expect([...second.guests.keys()]).toEqual(['a']);
    expect(second.problems).toHaveLength(1);
    expect(second.problems[0]?.message).toContain('cannot use Bridge=lab: there is no network lab');
  });

  it('stays where a directory could not be read', () => {
    const second = nextCatalog(first, { ...load({}), complete: false });
    expect([...second.guests.keys()]).toEqual(['a', 'b']);
  });

  it('wins over a newcomer that overlaps it, and over a host file that changed', () => {
    const second = nextCatalog(first, load({ lab, a: lab }));
    expect(second.problems).toMatchObject([{ file: '/etc/umlnfs.d/a.network', line: 2 }]);
    expect([...(second.host.networks?.keys() ?? [])]).toEqual(['lab']);

    const third = nextCatalog(first, load({ lab }, { host: '[Bridge]\nAddress=192.168.3.7/25\n' }));
    expect(third.problems).toMatchObject([{ file: '/etc/umlnfs.conf', line: 2 }]);
    expect(third.host.bridge).toEqual(first.host.bridge);
    expect([...third.guests.keys()]).toEqual(['a', 'b']);
  });

  it('goes back to what it was where it would take what another one has', () => {
    const second = nextCatalog(first, load({ lab: `${lab}Name=uml0\n` }));
    expect(second.problems).toMatchObject([{ file: '/etc/umlnfs.d/lab.network', line: 3 }]);
    expect(second.host.networks?.get('lab')?.bridge.name).toBe('umlbr-lab');
  });
});
