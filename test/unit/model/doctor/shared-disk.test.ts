import { expect, test } from 'vitest';
import { judgeSharedDisks } from '../../../../src/model/doctor/shared-disk.ts';

const root = (guest: string, device: number, path = `/export/${guest}`) => ({ guest, path, device });

test('guests with roots on one file system are told of, once for each', () => {
  const found = judgeSharedDisks([root('a', 1), root('b', 2), root('c', 1), root('d', 3)]);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ level: 'warning' });
  expect(found[0]?.text).toContain('the roots of a and c share a file system');
});

test('many are not all named', () => {
  const found = judgeSharedDisks(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => root(name, 1)));
  expect(found[0]?.text).toContain('the roots of a, b, c and 3 more share');
});

test('one guest, guests on their own, and guests that share a root as well are nothing to tell of', () => {
  expect(judgeSharedDisks([root('a', 1)])).toEqual([]);
  expect(judgeSharedDisks([root('a', 1, '/export/x'), root('b', 1, '/export/x')])).toMatchObject([
    { level: 'ok' },
  ]);
  expect(judgeSharedDisks([root('a', 1), root('b', 2)])).toMatchObject([{ level: 'ok' }]);
});
