import { describe, expect, it } from 'vitest';
import { parseStart } from '../../../src/start/options.ts';
import { placesOf } from '../../../src/start/places.ts';

describe('parseStart', () => {
  it('has places of its own by default', () => {
    expect(parseStart([], undefined)).toEqual({
      once: false,
      keep: '/var/cache/umlnfs-start',
      runtime: '/run/umlnfs-start',
    });
    expect(parseStart([], '')).toEqual(parseStart([], undefined));
  });

  it('knows --once and --help, and nothing else', () => {
    expect(parseStart(['--once'], undefined)).toMatchObject({ once: true });
    expect(parseStart(['--once', '--help'], undefined)).toBe('help');
    for (const wrong of [['--twice'], ['uml-client'], ['--once=yes']]) {
      expect(() => parseStart(wrong, undefined), wrong.join(' ')).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_PARSE_ARGS/) }),
      );
    }
  });

  it('keeps two directories apart in /run, with paths short enough for sockets', () => {
    const one = parseStart([], `/srv/${'long/'.repeat(40)}`);
    const other = parseStart([], '/srv/other');
    if (one === 'help' || other === 'help') throw new Error('no help was asked for');
    expect(one.runtime).not.toBe(other.runtime);
    expect(other.keep).toBe('/srv/other');
    // The longest socket of all: the guest's mconsole. sockaddr_un has room for 107.
    expect(`${placesOf(one).runtime}/guests/uml-client/uml/uml-client/mconsole`.length).toBeLessThan(108);
  });

  it('makes a relative directory absolute', () => {
    expect(parseStart([], 'state')).toMatchObject({ keep: `${process.cwd()}/state` });
  });
});
