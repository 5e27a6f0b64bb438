import { expect, test } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { shortDuration } from '../../../src/cli/show/duration.ts';
import { statusLine, statusTable } from '../../../src/cli/show/table.ts';
import { guestStatus } from '../../support/scripted-control.ts';

test.each([
  [-5, '0s'],
  [0.4, '0s'],
  [59.9, '59s'],
  [60, '1min'],
  [3_725, '1h2min'],
  [86_400 * 3 + 61, '3d'],
  [86_400 * 3 + 7_200, '3d2h'],
])('%d seconds are %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text);
});

test('columns are as wide as what is in them, and colours add nothing to that', () => {
  const guests = [
    guestStatus('a'),
    guestStatus('a-long-name', { state: 'failed', address: '', stateSince: 0 }),
  ];
  const now = 1_700_000_090_000_000;
  const table = statusTable(guests, now, false);
  expect(table).toBe(
    'NAME         STATE    SINCE    ADDRESS      READY  HEALTH  RESTARTS  DETAIL\n' +
      'a            running  1min30s  192.168.2.2  4.3s   ok      0         -\n' +
      'a-long-name  failed   -        -            4.3s   ok      0         -\n',
  );
  const coloured = statusTable(guests, now, true);
  expect(coloured).toContain('\u001b[31mfailed \u001b[0m  -');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(table);
  expect(statusLine(guests[0] ?? guestStatus('x'), now)).toMatch(/^a {16} ?running {2,}1min30s/);
});

test('exit codes are all different', () => {
  const codes = Object.values(exitCodes).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
});
