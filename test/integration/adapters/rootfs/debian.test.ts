import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDebianRoot } from '../../../../src/adapters/rootfs/debian.ts';

let base: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-debian-'));
});

afterEach(() => rm(base, { recursive: true, force: true }));

// Whole roots are made by `npm start`, which has a network.
describe('createDebianRoot without a network', () => {
  it('says what failed and leaves nothing', async () => {
    const said: string[] = [];
    await expect(
      createDebianRoot(join(base, 'deep/root'), { suite: 'bookworm', onProgress: (line) => said.push(line) }),
    ).rejects.toThrow(/^cannot make a Debian bookworm root: mmdebstrap fails:\n[\s\S]*E: /);
    expect(said).not.toEqual([]);
    expect(await readdir(join(base, 'deep'))).toEqual([]);
  });

  it('leaves nothing when it is stopped', async () => {
    const stop = new AbortController();
    const made = createDebianRoot(join(base, 'root'), {
      suite: 'bookworm',
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(made).rejects.toThrow(/abort/);
    expect(await readdir(base)).toEqual([]);
  });
});
