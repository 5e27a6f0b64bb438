import { expect, test } from 'vitest';
import { WorkProgress } from '../../../src/cli/work-progress.ts';

function output(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 30, written, write: (text: string) => written.push(text) };
}

test('without a terminal: a line for each phase, and one now and then', () => {
  const out = output(false);
  let now = 0;
  const progress = new WorkProgress(out, () => now);
  progress.phase('compiling');
  for (const seconds of [1, 29, 31, 32, 60, 62]) {
    now = seconds * 1000;
    progress.detail(`${seconds} files`);
  }
  progress.phase('checking');
  progress.end();
  expect(out.written).toEqual([
    'umlnfs: compiling\n',
    'umlnfs: compiling: 31 files\n',
    'umlnfs: compiling: 62 files\n',
    'umlnfs: checking\n',
  ]);
});

test('on a terminal: one line, no longer than that, which is gone at the end', () => {
  const out = output(true);
  const progress = new WorkProgress(out, () => 0);
  progress.phase('compiling');
  progress.detail(`x${'y'.repeat(100)}\u001b[2J`);
  progress.phase('checking \u001b[31m');
  progress.end();
  const text = out.written.join('');
  expect(text).not.toContain('\n');
  expect(text.split('\r\u001b[K')).toEqual(['', '0s compiling', '0s checking', '']);
  for (const line of text.split('\r\u001b[K')) expect(line.length).toBeLessThan(30);
});
