import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  ageOf,
  commandOf,
  findProcesses,
  livingProcess,
  parseStat,
} from '../../../../src/adapters/uml/proc.ts';

test('a name with brackets and spaces does not shift the fields', () => {
  const rest = 'S 1 42 43 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200';
  expect(parseStat(`42 (a) S 1 (b) ${rest}`)).toEqual({
    pid: 42,
    state: 'S',
    group: 42,
    session: 43,
    startTicks: 987654,
  });
  expect(parseStat('')).toBeUndefined();
  expect(parseStat('42 (x')).toBeUndefined();
  expect(parseStat('42 (x) S 1 2')).toBeUndefined();
});

test('a process that leads a session is found until it ends', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const { pid } = child;
  if (pid === undefined) throw new Error('no sleep');
  try {
    await once(child, 'spawn');
    const found = await findProcesses((process) => process.session === pid);
    expect(found.map((process) => process.pid)).toEqual([pid]);
    const [process] = found;
    if (process === undefined) throw new Error('unreachable');
    expect(await ageOf(process)).toBeLessThan(10_000);
    expect(await commandOf(pid)).toEqual({ argv: ['sleep', '60'], uid: globalThis.process.getuid?.() });
  } finally {
    child.kill('SIGKILL');
  }
  await once(child, 'exit');
  expect(await livingProcess(pid)).toBeUndefined();
  expect(await commandOf(pid)).toBeUndefined();
});
