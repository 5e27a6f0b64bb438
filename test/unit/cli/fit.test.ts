import { expect, test } from 'vitest';
import { fitScreen } from '../../../src/cli/show/fit.ts';

test('what fits stays as it is', () => {
  expect(fitScreen('NAME\nweb1\n', 4, 3)).toBe('NAME\nweb1\n');
});

test('long lines are cut, and colours are kept and not counted', () => {
  expect(fitScreen('12345\n\u001b[32m123\u001b[0m45\n\u001b[32m1234\u001b[0m\n', 4, 9)).toBe(
    '123…\n\u001b[32m123…\u001b[0m\n\u001b[32m1234\u001b[0m\n',
  );
});

test('of too many lines the first are shown, and how many more there are', () => {
  expect(fitScreen('NAME\n1\n2\n3\n4\n', 80, 4)).toBe('NAME\n1\n… 3 more: name those to watch\n');
  expect(fitScreen('NAME\n1\n2\n', 80, 4)).toBe('NAME\n1\n2\n');
});
