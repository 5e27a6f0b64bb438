import { describe, expect, it } from 'vitest';
import { boolean, enumeration, integer, text } from '../../../../src/definition/value-types.ts';
import { expectRefused, expectValues, HOSTILE, INHERITED } from '../../../support/value-type.ts';

describe('boolean', () => {
  it("takes systemd's spellings", () => {
    expectValues(boolean, [
      ['yes', true],
      ['Y', true],
      ['TRUE', true],
      ['t', true],
      ['on', true],
      ['1', true],
      ['no', false],
      ['n', false],
      ['False', false],
      ['f', false],
      ['off', false],
      ['0', false],
    ]);
  });
  it('takes nothing else', () => expectRefused(boolean, ['maybe', '2', 'yess', ...INHERITED, ...HOSTILE]));
});

describe('enumeration', () => {
  const type = enumeration('off', 'dhcp', 'none');
  it('takes its words', () =>
    expectValues(type, [
      ['off', 'off'],
      ['none', 'none'],
    ]));
  it('takes no other spelling', () => expectRefused(type, ['OFF', 'of', ...INHERITED, ...HOSTILE]));
  it('says what there is', () => {
    expect(() => type.parse('static')).toThrow('"static" is not off, dhcp or none');
  });
});

describe('integer', () => {
  const type = integer(1, 65535);
  it('takes whole numbers in its range', () =>
    expectValues(type, [
      ['1', 1],
      ['65535', 65535],
      ['0080', 80],
    ]));
  it('takes no others', () =>
    expectRefused(type, [
      '0',
      '65536',
      '-1',
      '+1',
      '1.0',
      '1e3',
      '0x10',
      '99999999999999999999',
      ...HOSTILE,
    ]));
});

describe('text', () => {
  it('takes lines for people', () =>
    expectValues(text, [
      ['Wärmesensor №3, "main" (2nd floor)', 'Wärmesensor №3, "main" (2nd floor)'],
      ['日本語 👍', '日本語 👍'],
      ['a; b # c', 'a; b # c'],
    ]));
  it('takes nothing that moves the cursor or hides text', () =>
    expectRefused(text, [
      'a\u001b[2J',
      'a\u202eb',
      'a\u2028b',
      'a\u200bb',
      'a\rb',
      'a\tb',
      'a\\b',
      'x'.repeat(201),
    ]));
});
