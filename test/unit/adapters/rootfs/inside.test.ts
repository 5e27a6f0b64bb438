import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuestRoot } from '../../../../src/adapters/rootfs/inside.ts';

let base: string;
let root: string;
let outside: string;
let inside: GuestRoot;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-inside-'));
  root = join(base, 'root');
  outside = join(base, 'outside');
  await mkdir(join(root, 'etc'), { recursive: true });
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'secret');
  inside = await GuestRoot.open(root);
});

afterEach(async () => {
  await inside.close();
  await rm(base, { recursive: true, force: true });
});

describe('GuestRoot.open', () => {
  it('refuses what is missing, no directory, or the host itself', async () => {
    await expect(GuestRoot.open(join(base, 'nowhere'))).rejects.toThrow(
      /^cannot open guest root .*: there is no such/,
    );
    await expect(GuestRoot.open(join(outside, 'secret'))).rejects.toThrow(/^cannot open guest root/);
    await expect(GuestRoot.open('/')).rejects.toThrow("this host's own root");
    await symlink('/', join(base, 'slash'));
    await expect(GuestRoot.open(join(base, 'slash'))).rejects.toThrow("this host's own root");
  });
});

describe('reading', () => {
  it('reads files, and undefined for what is missing', async () => {
    await writeFile(join(root, 'etc/hosts'), 'text');
    expect(await inside.readText('etc/hosts')).toBe('text');
    expect(await inside.readText('etc/none')).toBeUndefined();
    expect(await inside.readText('none/hosts')).toBeUndefined();
  });

  it('follows links as inside a chroot', async () => {
    await mkdir(join(root, 'usr/lib'), { recursive: true });
    await writeFile(join(root, 'usr/lib/os-release'), 'debian');
    await symlink('usr/lib', join(root, 'lib'));
    await symlink('/usr/lib/os-release', join(root, 'etc/absolute'));
    await symlink('../../../../usr/lib/os-release', join(root, 'etc/relative'));
    for (const path of ['lib/os-release', 'etc/absolute', 'etc/relative']) {
      expect(await inside.readText(path), path).toBe('debian');
    }
    expect(await inside.isFile('lib/os-release')).toBe(true);
    expect(await inside.isFile('lib')).toBe(false);
  });

  it.each(['absolute', 'relative'])('never leaves the root by a link (%s)', async (kind) => {
    const target = kind === 'absolute' ? outside : '../../outside';
    await symlink(target, join(root, 'etc/dir'));
    await symlink(`${target}/secret`, join(root, 'etc/file'));
    expect(await inside.readText('etc/dir/secret')).toBeUndefined();
    expect(await inside.readText('etc/file')).toBeUndefined();
    expect(await inside.look('etc/file')).toEqual({ kind: 'link', target: `${target}/secret` });
  });

  it('gives up on loops', async () => {
    await symlink('b', join(root, 'a'));
    await symlink('a', join(root, 'b'));
    await expect(inside.readText('a')).rejects.toThrow('too many links');
    await expect(inside.readText('a/x')).rejects.toThrow('too many links');
  });

  it('gives up on links that wander about', async () => {
    await mkdir(join(root, 'd'));
    await symlink('d/../'.repeat(600), join(root, 'long'));
    await expect(inside.readText('long/d/x')).rejects.toThrow('too many directories');
  });

  it('opens neither FIFOs nor devices, and does not wait for them', async () => {
    execFileSync('mkfifo', [join(root, 'etc/fstab')]);
    await expect(inside.readText('etc/fstab')).rejects.toThrow(
      /^cannot read etc\/fstab in guest root .*: it is no regular file$/,
    );
    expect(await inside.look('etc/fstab')).toEqual({ kind: 'other' });
    await expect(inside.readText('etc')).rejects.toThrow('no regular file');
  });

  it('reads no giant', async () => {
    await writeFile(join(root, 'etc/fstab'), Buffer.alloc(300 * 1024));
    await expect(inside.readText('etc/fstab')).rejects.toThrow('at most 262144 are read');
  });

  it.each(['hosts', 'passwd', 'group', 'shadow', 'gshadow'])(
    'reads long lists (%s), and no giant',
    async (name) => {
      const file = join(root, 'etc', name);
      await writeFile(file, '0.0.0.0 ads.example\n'.repeat(100_000));
      expect((await inside.readText(`etc/${name}`))?.length).toBe(2_000_000);
      await truncate(file, 16 * 1024 * 1024 + 1);
      await expect(inside.readText(`etc/${name}`)).rejects.toThrow('at most 16777216 are read');
    },
  );
});

describe('writing', () => {
  it('writes what is no UTF-8 as it was read', async () => {
    const bytes = Buffer.from('# M\xfcller\n\xff\xfe\n', 'latin1');
    await writeFile(join(root, 'etc/hosts'), bytes);
    await inside.writeText('etc/hosts', (await inside.readText('etc/hosts')) ?? '', 0o644);
    expect(await readFile(join(root, 'etc/hosts'))).toEqual(bytes);
  });

  it('makes directories, sets the mode, and leaves nothing else behind', async () => {
    await inside.writeText('usr/local/lib/x/hook', 'text', 0o755);
    await inside.writeLink('usr/local/lib/x/link', '/dev/null');
    const directory = join(root, 'usr/local/lib/x');
    expect(await readFile(join(directory, 'hook'), 'utf8')).toBe('text');
    expect((await stat(join(directory, 'hook'))).mode & 0o7777).toBe(0o755);
    expect(await readlink(join(directory, 'link'))).toBe('/dev/null');
    expect((await readdir(directory)).sort()).toEqual(['hook', 'link']);
  });

  it('replaces a link instead of writing through it', async () => {
    await symlink(join(outside, 'secret'), join(root, 'etc/hostname'));
    await inside.writeText('etc/hostname', 'web1\n', 0o644);
    expect(await readFile(join(root, 'etc/hostname'), 'utf8')).toBe('web1\n');
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
  });

  it('does not write through a hard link either', async () => {
    execFileSync('ln', [join(outside, 'secret'), join(root, 'etc/hostname')]);
    await inside.writeText('etc/hostname', 'web1\n', 0o644);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
  });

  it('writes inside the root where a directory is a link out of it', async () => {
    await rm(join(root, 'etc'), { recursive: true });
    await symlink(outside, join(root, 'etc'));
    await inside.writeText('etc/hostname', 'web1\n', 0o644);
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(root, outside, 'hostname'), 'utf8')).toBe('web1\n');
  });

  it("fails where /etc links to itself, as a link to the host's /etc does", async () => {
    await rm(join(root, 'etc'), { recursive: true });
    await symlink('/etc', join(root, 'etc'));
    await expect(inside.writeText('etc/hostname', 'web1\n', 0o644)).rejects.toThrow('too many links');
  });

  it('replaces no directory, and says so', async () => {
    await mkdir(join(root, 'etc/hostname'));
    await expect(inside.writeText('etc/hostname', 'web1\n', 0o644)).rejects.toThrow(
      /^cannot write etc\/hostname in guest root/,
    );
    expect(await readdir(join(root, 'etc'))).toEqual(['hostname']);
  });

  it('stays inside while the guest swaps a directory and a link out of the root', async () => {
    await mkdir(join(root, 'usr/d'), { recursive: true });
    // What the writer makes meanwhile is in the way now and then.
    const swap = `
      const fs = require('node:fs');
      process.chdir(${JSON.stringify(join(root, 'usr'))});
      const outside = ${JSON.stringify(outside)};
      process.stdout.write('.');
      let swaps = 0;
      for (const until = Date.now() + 1500; Date.now() < until; ) {
        try {
          fs.renameSync('d', 't');
          fs.symlinkSync(outside, 'd');
          swaps++;
          fs.unlinkSync('d');
          fs.renameSync('t', 'd');
        } catch {
          try {
            for (const name of ['d', 't']) fs.rmSync(name, { recursive: true, force: true });
            fs.mkdirSync('d');
          } catch {}
        }
      }
      process.exitCode = swaps > 100 ? 0 : 1;`;
    const guest = spawn(process.execPath, ['-e', swap], { stdio: ['ignore', 'pipe', 'inherit'] });
    let running = true;
    const ended = once(guest, 'exit').then(([code]) => {
      running = false;
      return code;
    });
    await new Promise((resolve) => guest.stdout.once('data', resolve));
    let written = 0;
    while (running) {
      const each = await GuestRoot.open(root);
      await each.writeText('usr/d/file', 'x', 0o644).then(
        () => written++,
        () => {},
      );
      await each.close();
    }
    expect(await ended).toBe(0);
    expect(written).toBeGreaterThan(0);
    expect(await readdir(outside)).toEqual(['secret']);
  });
});
