import { describe, expect, test } from 'vitest';
import { afterFailure, isFailure, restartsAfter } from '../../../src/plan/restart.ts';

const policy = {
  policy: 'on-failure',
  delay: 1_000,
  maxDelay: 60_000,
  burst: 5,
  burstInterval: 600_000,
} as const;

describe('after a failure', () => {
  test('the delay doubles with each restart that counts', () => {
    const delays = [0, 1, 2, 3, 4].map((count) => {
      const times = Array.from({ length: count }, () => 1_000_000);
      return afterFailure(times, policy, 1_000_000, 0).notBefore - 1_000_000;
    });
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  });

  test('it never exceeds the longest delay', () => {
    const times = Array.from({ length: 90 }, () => 0);
    expect(afterFailure(times, { ...policy, burst: 1000 }, 0, 0).notBefore).toBe(60_000);
  });

  test('jitter takes up to a quarter off', () => {
    expect(afterFailure([], policy, 0, 1).notBefore).toBe(750);
  });

  test('the burst quarantines, restarts of long ago do not', () => {
    const recent = [10, 20, 30, 40, 50];
    expect(afterFailure(recent, policy, 60, 0).quarantined).toBe(true);
    expect(afterFailure(recent.slice(1), policy, 60, 0).quarantined).toBe(false);
    expect(afterFailure(recent, policy, 600_051, 0).quarantined).toBe(false);
  });
});

describe('what follows an end', () => {
  test.each([
    ['reboot', 'on-failure', true],
    ['reboot', 'no', false],
    ['power-off', 'on-failure', false],
    ['power-off', 'always', true],
    ['halt', 'always', true],
    ['panic', 'on-failure', true],
    ['hang', 'on-failure', true],
    ['crash', 'no', false],
    ['stopped', 'always', false],
  ] as const)('%s under %s: restart %s', (reason, name, expected) => {
    expect(restartsAfter(reason, name)).toBe(expected);
  });

  test('power-off, halt, reboot and stopped are no failures', () => {
    expect((['power-off', 'halt', 'reboot', 'stopped'] as const).map(isFailure)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
