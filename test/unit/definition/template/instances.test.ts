import { describe, expect, it } from 'vitest';
import { instances } from '../../../../src/definition/template/instances.ts';

describe('instances', () => {
  it.each([
    ['01-03', ['01', '02', '03']],
    ['1-3', ['1', '2', '3']],
    ['8-11', ['8', '9', '10', '11']],
    ['08-11', ['08', '09', '10', '11']],
    ['0-1', ['0', '1']],
    ['7-7', ['7']],
    ['teacher', ['teacher']],
    ['a-b', ['a-b']],
    ['007', ['007']],
  ])('reads %s', (text, expected) => {
    expect(instances.parse(text)).toEqual(expected);
  });

  it('takes as many as a template may have, and no more', () => {
    expect(instances.parse('1-256')).toHaveLength(256);
    expect(() => instances.parse('1-257')).toThrow('257 guests');
    expect(() => instances.parse(`1-${'9'.repeat(400)}`)).toThrow('at most');
  });

  it.each([
    '',
    '01-',
    '-3',
    '1-2-3',
    '1--3',
    'a b',
    'a/b',
    '../x',
    'a:b',
    'a@',
    '%i',
    '01-100',
    '3-1',
    'x'.repeat(31),
  ])('refuses %j', (text) => {
    expect(() => instances.parse(text)).toThrow();
  });
});
