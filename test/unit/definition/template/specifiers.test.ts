import { describe, expect, it } from 'vitest';
import { expandSpecifiers, tellsInstancesApart } from '../../../../src/definition/template/specifiers.ts';

describe('specifiers', () => {
  it.each([
    ['%i', '01'],
    ['%p', 'lab'],
    ['%n', 'lab:01'],
    ['%p-%i', 'lab-01'],
    ['100%%', '100%'],
    ['%%i', '%i'],
    ['%%%i', '%01'],
    ['no specifier', 'no specifier'],
  ])('%s is %s', (text, expected) => {
    expect(expandSpecifiers(text, 'lab:01')).toBe(expected);
  });

  it.each(['%x', '100%', '% i', '%\u202e', '%%%', '%I'])('refuses %j', (text) => {
    expect(() => expandSpecifiers(text, 'lab:01')).toThrow('write %% for a per cent sign');
  });

  it('does not show what could mislead a terminal', () => {
    expect(() => expandSpecifiers('%\u001b', 'lab:01')).toThrow(/^"%" is none/);
  });

  it.each([
    ['%i', true],
    ['x%n', true],
    ['%p', false],
    ['%%i', false],
    ['x', false],
  ])('%s tells instances apart: %s', (text, expected) => {
    expect(tellsInstancesApart(text)).toBe(expected);
  });
});
