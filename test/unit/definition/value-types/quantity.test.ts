import { describe, expect, it } from 'vitest';
import { bytes, duration } from '../../../../src/definition/value-types.ts';
import { expectRefused, expectValues, HOSTILE } from '../../../support/value-type.ts';

describe('bytes', () => {
  it('takes suffixes of powers of 1024', () => {
    expectValues(bytes, [
      ['0', 0],
      ['1000', 1000],
      ['64k', 65536],
      ['128M', 134217728],
      ['2G', 2147483648],
      ['1T', 1099511627776],
    ]);
    expect(bytes.format(134217728)).toBe('128M');
    expect(bytes.format(1000)).toBe('1000');
  });
  it('takes nothing else', () =>
    expectRefused(bytes, ['12x', '128MB', '1.5G', '-1', 'M', '1 M', '999999999999999T', ...HOSTILE]));
});

describe('duration', () => {
  it('takes time spans of systemd in milliseconds', () =>
    expectValues(duration, [
      ['5', 5_000],
      ['5s', 5_000],
      ['0', 0],
      ['500ms', 500],
      ['1.5s', 1_500],
      ['1min 30s', 90_000],
      ['1min30s', 90_000],
      ['2 h', 7_200_000],
      ['1d 1h 1m 1s 1ms', 90_061_001],
      ['20 seconds', 20_000],
    ]));
  it('takes nothing else', () =>
    expectRefused(duration, [
      's',
      '5 parsecs',
      '5x',
      '-5s',
      '5,5s',
      'infinity',
      '25d',
      '1constructor',
      '1 1',
      '5s 5',
      '5s;',
      ...HOSTILE,
    ]));
  it('needs no time for a text made to be slow', () => {
    const started = performance.now();
    expectRefused(duration, [`${'1'.repeat(4000)}!`, `${'1 '.repeat(2000)}!`, `${'1s'.repeat(2000)}!`]);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
