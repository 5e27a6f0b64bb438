import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBusybox } from '../../../../src/adapters/uml/busybox.ts';

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-busybox-'));
});

afterEach(() => rm(base, { recursive: true, force: true }));

describe('findBusybox', () => {
  it('finds the static one of this host, and what it can do', async () => {
    const found = await findBusybox();
    expect(found?.applets).toContain('switch_root');
    // Asked again, it is the same answer and no new process.
    expect(await findBusybox()).toBe(found);
  });

  it('looks again at a file that became another one', async () => {
    const host = await findBusybox();
    const path = join(base, 'busybox');
    expect(await findBusybox([path])).toBeUndefined();
    await writeFile(path, 'no program');
    expect(await findBusybox([path])).toBeUndefined();
    await copyFile(host?.path ?? '', path);
    await chmod(path, 0o755);
    expect(await findBusybox([path])).toMatchObject({ path, applets: host?.applets });
    await writeFile(path, 'no program any more');
    expect(await findBusybox([path])).toBeUndefined();
  });

  it('takes no program that needs libraries of its root', async () => {
    expect(await findBusybox(['/bin/ls'])).toBeUndefined();
  });
});
