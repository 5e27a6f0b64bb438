import { chmod, chown, link, mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareDisk } from '../../../src/adapters/uml/disks.ts';

const uid = 1_900_000_001;
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-disks-'));
  await chmod(directory, 0o711);
  path = join(directory, 'disk.img');
  await writeFile(path, '');
  await truncate(path, 1024 * 1024);
});

afterEach(() => rm(directory, { recursive: true }));

const prepared = (file = path) => prepareDisk('files', file, uid);

describe('an image', () => {
  it("of root's becomes the guest's, and no one else's", async () => {
    await chmod(path, 0o644);
    expect(await prepared()).toBe(1024 * 1024);
    expect(await stat(path)).toMatchObject({ uid, gid: uid, mode: 0o100600 });
    await prepared();
  });

  it.each<[string, RegExp, () => Promise<unknown>]>([
    ['that is missing', /there is no such file/, () => rm(path)],
    ['that is too small', /it has 512 bytes/, () => truncate(path, 512)],
    ['of half a sector', /in sectors of 512/, () => truncate(path, 1024 * 1024 + 1)],
    ['that is a program', /it is a program/, () => chmod(path, 0o755)],
    ['with another name', /hard links/, () => link(path, join(directory, 'other'))],
    [
      'that is a directory',
      /EISDIR|no regular file/,
      async () => {
        await rm(path);
        await mkdir(path);
      },
    ],
    [
      'that is a link',
      /it is a link/,
      async () => {
        await rm(path);
        await symlink('/etc/passwd', path);
      },
    ],
  ])('%s is refused and stays as it is', async (_, cause, change) => {
    await change();
    await expect(prepared()).rejects.toThrow(cause);
    await expect(prepared()).rejects.toThrow(`cannot give guest files the disk ${path}: `);
    if (await stat(path).catch(() => undefined)) expect((await stat(path)).uid).toBe(0);
  });

  it('of somebody else is not taken away', async () => {
    await chown(path, uid + 1, uid + 1);
    await expect(prepared()).rejects.toThrow(
      `it belongs to user ${uid + 1}, and the guest runs as user ${uid}`,
    );
  });

  it('is refused where somebody else could put another file in its place', async () => {
    await chmod(directory, 0o777);
    await expect(prepared()).rejects.toThrow(`others than root can change what is in ${directory}`);
  });

  it('is refused where the guest could not get to it', async () => {
    await chmod(directory, 0o700);
    await expect(prepared()).rejects.toThrow(`the guest's user gets no further than ${directory}`);
  });

  it('is refused behind a link', async () => {
    const other = join(directory, 'other');
    await symlink(directory, other);
    await expect(prepared(join(other, 'disk.img'))).rejects.toThrow('a part of its path is a link');
  });
});
