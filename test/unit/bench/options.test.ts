import { describe, expect, it } from 'vitest';
import { parseBench, parts } from '../../../src/bench/options.ts';
import { placesOf } from '../../../src/bench/places.ts';

describe('parseBench', () => {
  it('measures everything by default, and writes nothing', () => {
    expect(parseBench([], undefined)).toEqual({
      out: undefined,
      quick: false,
      only: parts,
      kernel: undefined,
      keep: '/var/cache/umlnfs-bench',
      runtime: '/run/umlnfs-bench',
    });
  });

  it('reads its options', () => {
    const options = parseBench(['--out', 'x', '--quick', '--only', 'disk', '--only=start'], '');
    expect(options).toMatchObject({ out: `${process.cwd()}/x`, quick: true, only: ['disk', 'start'] });
    expect(parseBench(['--quick', '-h'], undefined)).toBe('help');
  });

  it('refuses what it does not know', () => {
    for (const wrong of [['--fast'], ['x'], ['--only', 'speed'], ['--out']]) {
      expect(() => parseBench(wrong, undefined), wrong.join(' ')).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^ERR_PARSE_ARGS/) }),
      );
    }
  });

  it('has places of its own for a directory of its own, with room for the names of sockets', () => {
    const options = parseBench([], `/tmp/${'long/'.repeat(30)}`);
    if (options === 'help') throw new Error('help');
    const places = placesOf(options);
    expect(places.runtime).not.toBe('/run/umlnfs-bench');
    const longest = `${places.bareGuests}/untailored/uml/untailored/mconsole`;
    expect(longest.length).toBeLessThan(100);
  });
});
