import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../../src/sandbox/lock.ts';

let base: string;
let path: string;
const job = { what: 'npm start', directory: 'UMLNFS_START_DIR' };
const neverWaits = () => {
  throw new Error('it waits');
};

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-lock-'));
  path = join(base, 'lock');
});

afterEach(() => rm(base, { recursive: true, force: true }));

describe('takeLock', () => {
  it('is taken once, and again after it was released', async () => {
    const lock = await takeLock(path, job, neverWaits);
    expect(await readFile(path, 'utf8')).toBe(`${process.pid}\n`);
    await expect(takeLock(path, job, neverWaits)).rejects.toThrow(
      `cannot run npm start: another one runs already (process ${process.pid})`,
    );
    await lock.release();
    await (await takeLock(path, job, neverWaits)).release();
  });

  it('waits for what is left of a holder that was killed', async () => {
    // The holder hands the lock to a child and dies; the child ends when its standard input does.
    const flock = [
      'flock',
      '--exclusive',
      path,
      'sh',
      '-c',
      'echo $$ >"$1"; echo locked; cat >/dev/null',
      'sh',
      path,
    ];
    const rest = spawn(flock[0] as string, flock.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(rest.stdout, 'data');
    const dead = spawn('true');
    await once(dead, 'exit');
    await writeFile(path, `${dead.pid}\n`);
    let waited = 0;
    const lock = await takeLock(path, job, () => {
      waited++;
      rest.stdin.end();
    });
    expect(waited).toBe(1);
    await lock.release();
  });

  it('is held by a child that got its descriptor', async () => {
    const lock = await takeLock(path, job, neverWaits);
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'inherit', lock.fd] });
    await lock.release();
    await expect(takeLock(path, job, neverWaits)).rejects.toThrow('another one runs already');
    child.stdin?.end();
    await once(child, 'exit');
    await (await takeLock(path, job, neverWaits)).release();
  });
});
