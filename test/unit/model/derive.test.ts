import { describe, expect, it } from 'vitest';
import { nextCatalog } from '../../../src/definition/catalog.ts';
import { desired } from '../../../src/model/derive.ts';
import { definition, loadedWith } from '../../support/loaded.ts';
import { anyBridge } from '../../support/model.ts';

/** The guests of well-formed definitions, whether they go together or not. */
function guestsOf(definitions: Record<string, string>) {
  return Object.entries(definitions).map(([name, text]) => {
    const guest = nextCatalog(undefined, loadedWith({ [name]: text })).guests.get(name);
    if (guest === undefined) throw new Error(`the definition of ${name} is wrong by itself`);
    return guest;
  });
}

const { host } = nextCatalog(undefined, loadedWith({}));

describe('desired', () => {
  it('is a bridge alone without guests', () => {
    expect(desired(host, [], 'host')).toEqual({
      desired: {
        bridges: new Map([['default', { ...anyBridge, name: 'uml0', address: '192.168.2.1', prefix: 24 }]]),
        names: new Map(),
        hostNames: [],
        exporter: 'auto',
        guests: new Map(),
        taps: new Map(),
        servers: new Map(),
        guards: new Map(),
        beyond: {
          outside: { networks: [], masqueraded: [], isolated: [], sociable: [] },
          ports: [],
          routes: [],
          forwards: [],
        },
        exports: new Map(),
      },
      problems: [],
    });
  });

  it('lets accepted guests win, and then the name', () => {
    const guests = guestsOf({ a: definition(2), b: definition(2), c: definition(2) });
    const winners = (accepted?: string[]) => [
      ...desired(host, guests, 'host', accepted && new Set(accepted)).desired.guests.keys(),
    ];
    expect(winners()).toEqual(['a']);
    expect(winners(['b'])).toEqual(['b']);
    expect(winners(['c', 'b'])).toEqual(['b']);
    expect(winners(['x'])).toEqual(['a']);
  });

  it('does not depend on the order in which guests come', () => {
    const guests = guestsOf({ a: definition(2), b: definition(2), c: definition(3) });
    expect(desired(host, guests.toReversed(), 'host')).toEqual(desired(host, guests, 'host'));
  });

  it('gives the tap to the user that the guest runs as', () => {
    const guests = guestsOf({ a: definition(2, 'User=1234'), b: definition(3) });
    const { taps } = desired(host, guests, 'host').desired;
    const plain = { guarded: true, isolated: false };
    expect(taps.get('uml-a')).toEqual({ name: 'uml-a', guest: 'a', bridge: 'uml0', uid: 1234, ...plain });
    expect(taps.get('uml-b')?.uid).toBeGreaterThan(1_879_048_191);
  });

  it('takes user names from the host, and no other name of root', () => {
    const guests = nextCatalog(
      undefined,
      loadedWith(
        { a: definition(2, 'User=uml'), b: definition(3, 'User=toor') },
        {
          users: new Map([
            ['uml', 900],
            ['toor', 0],
          ]),
        },
      ),
    );
    expect([...guests.guests.keys()]).toEqual(['a']);
    expect(guests.problems).toMatchObject([
      { guest: 'b', line: 3, message: expect.stringMatching(/superuser/) },
    ]);
    const { taps } = desired(host, guests.guests.values(), 'host', undefined, guests.users).desired;
    expect(taps.get('uml-a')?.uid).toBe(900);
  });

  it('makes MAC addresses of the host', () => {
    const guests = guestsOf({ a: definition(2) });
    const macOf = (hostId: string) => desired(host, guests, hostId).desired.guests.get('a')?.network.mac;
    expect(macOf('one')).toBe(macOf('one'));
    expect(macOf('one')).not.toBe(macOf('two'));
  });
});

describe('the options of nfsroot=', () => {
  it('fit with the defaults and the address into the 256 bytes that the kernel keeps', () => {
    const longest = `[Root]
Version=4.2
Port=65535
RSize=1M
WSize=1M
Timeo=100000
Retrans=1000
AcRegMin=86400
AcRegMax=86400
AcDirMin=86400
AcDirMax=86400
Intr=no
Posix=no
Cto=no
Ac=no
NConnect=16
Lock=no`;
    const [guest] = guestsOf({ a: definition(2, longest) });
    const options =
      desired(host, guest === undefined ? [] : [guest], 'host').desired.guests.get('a')?.root.options ?? [];
    const whole = `vers=2,tcp,rsize=4096,wsize=4096,${options.join(',')},addr=255.255.255.255`;
    expect(options).toHaveLength(18);
    expect(whole.length).toBeLessThan(256);
  });
});

describe('guests that are isolated', () => {
  const host = (isolate: string) => `[Bridge]\nIsolate=${isolate}\n`;
  const server = '[Guest]\nAddress=192.168.2.2\n[Network]\nIsolate=';
  const client = '[Guest]\nAddress=192.168.2.3\n[Root]\nServerGuest=a\n';
  const problems = (isolate: string, own: string) => {
    const loaded = loadedWith({ a: `${server}${own}\n`, b: client }, { host: host(isolate) });
    const { host: known, guests } = nextCatalog(undefined, loaded);
    return desired(known, guests.values(), 'host').problems.filter(({ message }) => /isolated/.test(message));
  };

  it('are told where their root is on one that they cannot reach', () => {
    expect(problems('yes', '')).toMatchObject([
      {
        guest: 'b',
        severity: 'warning',
        message: expect.stringContaining('write Isolate=no in [Network] of a'),
      },
    ]);
    expect(problems('yes', 'no')).toEqual([]);
    expect(problems('no', '')).toEqual([]);
  });
});
