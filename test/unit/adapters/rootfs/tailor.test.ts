import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesAsDiff } from '../../../../src/adapters/rootfs/diff.ts';
import { type Change, tailor, tailoring } from '../../../../src/adapters/rootfs/tailor.ts';

const units = 'usr/local/lib/systemd/system';
const wish = { hostname: 'web1' };
let base: string;
let root: string;

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** A machine id is another one each time. */
const briefly = (changes: readonly Change[]) => changes.map(({ path, what }) => `${what} ${path}`);

const text = (path: string) => readFile(join(root, path), 'utf8');

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-tailor-'));
  root = join(base, 'root');
  await put('usr/lib/systemd/systemd', '#!');
  await symlink('usr/lib', join(root, 'lib'));
  await put('etc/fstab', 'UUID=1 / ext4 defaults 0 1\n');
});

afterEach(() => rm(base, { recursive: true, force: true }));

describe('tailor', () => {
  it('does what tailoring says, once', async () => {
    const wanted = await tailoring(root, wish);
    expect(wanted.length).toBeGreaterThan(20);
    expect(await readdir(join(root, 'usr'))).toEqual(['lib']);
    expect(briefly(await tailor(root, wish))).toEqual(briefly(wanted));
    expect(await tailoring(root, wish)).toEqual([]);
    expect(await tailor(root, wish)).toEqual([]);
  });

  it('puts the files where a guest finds them', async () => {
    await tailor(root, wish);
    expect(await text('etc/hostname')).toBe('web1\n');
    expect(await text('etc/fstab')).toMatch(/^# umlnfs: .*UUID=1/);
    expect(await text('etc/machine-id')).toMatch(/^[0-9a-f]{32}\n$/);
    expect(await readlink(join(root, `${units}/multi-user.target.wants/umlnfs-ready.service`))).toBe(
      '../umlnfs-ready.service',
    );
    expect(await readlink(join(root, `${units}/systemd-udevd.service`))).toBe('/dev/null');
    expect((await stat(join(root, 'usr/lib/systemd/system-shutdown/umlnfs'))).mode & 0o777).toBe(0o755);
  });

  it('keeps what is no UTF-8, and shows none of it', async () => {
    const fstab = Buffer.from('# f\xfcr M\xfcller\nUUID=1 / ext4 defaults 0 1\n', 'latin1');
    const hosts = Buffer.from('127.0.0.1 localhost # \xe4\xa0\n', 'latin1');
    await writeFile(join(root, 'etc/fstab'), fstab);
    await writeFile(join(root, 'etc/hosts'), hosts);
    const diff = await changesAsDiff(await tailoring(root, wish));
    expect(diff).toContain('\n # f\ufffdr M\ufffdller\n-UUID=1 / ext4');
    await tailor(root, wish);
    expect(await readFile(join(root, 'etc/fstab'), 'latin1')).toMatch(
      /^# f\xfcr M\xfcller\n# umlnfs: .*UUID=1 /,
    );
    expect(await readFile(join(root, 'etc/hosts'), 'latin1')).toBe(
      '127.0.0.1 localhost # \xe4\xa0\n127.0.1.1\tweb1\t# umlnfs\n',
    );
    expect(await tailoring(root, wish)).toEqual([]);
  });

  it('takes a long list of blocked names', async () => {
    const list = '0.0.0.0 ads.example\n'.repeat(50_000);
    await put('etc/hosts', list);
    await tailor(root, wish);
    expect(await text('etc/hosts')).toBe(`${list}127.0.1.1\tweb1\t# umlnfs\n`);
  });

  it('repairs what is its own', async () => {
    await tailor(root, wish);
    await put(`${units}/umlnfs-ready.service`, '# made by umlnfs: an older one\n');
    await chmod(join(root, 'usr/lib/systemd/system-shutdown/umlnfs'), 0o644);
    await rm(join(root, `${units}/ctrl-alt-del.target`));
    await put('etc/hostname', 'other\n');
    const changes = (await tailor(root, wish)).map(({ path }) => path).sort();
    expect(changes).toEqual([
      'etc/hostname',
      'lib/systemd/system-shutdown/umlnfs',
      `${units}/ctrl-alt-del.target`,
      `${units}/umlnfs-ready.service`,
    ]);
    expect(await tailoring(root, wish)).toEqual([]);
  });

  it("leaves an administrator's own files", async () => {
    const own = {
      [`${units}/umlnfs-ready.service`]: '[Service]\nExecStart=/usr/local/bin/ready\n',
      [`${units}/systemd-udevd.service`]: '[Service]\nExecStart=/usr/local/bin/udevd\n',
      'usr/lib/systemd/system-shutdown/umlnfs': '#!/bin/sh\necho mine\n',
    };
    for (const [path, content] of Object.entries(own)) await put(path, content);
    await mkdir(join(root, `${units}/multi-user.target.wants`), { recursive: true });
    await symlink('/dev/null', join(root, `${units}/ctrl-alt-del.target`));
    await tailor(root, wish);
    for (const [path, content] of Object.entries(own)) expect(await text(path), path).toBe(content);
    expect(await readlink(join(root, `${units}/ctrl-alt-del.target`))).toBe('/dev/null');
    expect(await tailoring(root, wish)).toEqual([]);
  });

  it('follows a change of the hostname', async () => {
    await tailor(root, wish);
    const changes = await tailor(root, { hostname: 'web2' });
    expect(changes.map(({ path }) => path)).toEqual(['etc/hostname', 'etc/hosts']);
    expect(await text('etc/hosts')).toContain('127.0.1.1\tweb2\t');
    expect(await text('etc/hosts')).not.toContain('web1');
  });

  it('takes a root without systemd as it is, but for its name', async () => {
    await rm(join(root, 'usr'), { recursive: true });
    expect((await tailor(root, wish)).map(({ path }) => path)).toEqual([
      'etc/hostname',
      'etc/hosts',
      'etc/fstab',
    ]);
  });

  it('leaves a tree alone that has no /etc', async () => {
    await rm(root, { recursive: true });
    await put('sbin/init', '');
    expect(await tailor(root, wish)).toEqual([]);
    expect(await readdir(root)).toEqual(['sbin']);
  });

  it('changes nothing outside where /etc and /usr are links out of the root', async () => {
    const outside = join(base, 'outside');
    await mkdir(outside);
    await rm(join(root, 'etc'), { recursive: true });
    await symlink(outside, join(root, 'etc'));
    await symlink('../../outside', join(root, 'usr/local'));
    await tailor(root, wish).catch(() => {});
    expect(await readdir(outside)).toEqual([]);
  });

  it('names the root and the file that stands in the way', async () => {
    await mkdir(join(root, 'etc/hosts'));
    await expect(tailor(root, wish)).rejects.toThrow(
      `cannot read etc/hosts in guest root ${root}: it is no regular file`,
    );
  });
});
