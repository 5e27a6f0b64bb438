import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesAsDiff } from '../../../../src/adapters/rootfs/diff.ts';
import { setup } from '../../../../src/adapters/rootfs/tailor.ts';
import type { SetupWish } from '../../../../src/model/tailoring/setup.ts';

const key = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString('base64')} ann`;
const wish = { hostname: 'web1' };
const ann: SetupWish = {
  users: [{ name: 'ann', uid: 1234 }],
  keys: [
    { user: 'ann', keys: [key] },
    { user: 'root', keys: [key] },
  ],
};
let base: string;
let root: string;
let outside: string;

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

const text = (path: string) => readFile(join(root, path), 'utf8');

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-setup-'));
  root = join(base, 'root');
  outside = join(base, 'outside');
  await mkdir(outside);
  await put('usr/lib/systemd/systemd', '#!');
  await symlink('usr/lib', join(root, 'lib'));
  await put('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n');
  await put('etc/group', 'root:x:0:\ndisk:x:66:\nshadow:x:42:\n');
  await put('etc/shadow', 'root:*:20000:0:99999:7:::\n', 0o640);
  await chown(join(root, 'etc/shadow'), 0, 42);
  await mkdir(join(root, 'root'));
});

afterEach(() => rm(base, { recursive: true, force: true }));

const ownerOf = async (path: string) => {
  const { uid, gid, mode } = await lstat(join(root, path));
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
};

describe('accounts and keys', () => {
  it('are whole, and belong to whom they should', async () => {
    await setup(root, wish, ann);
    expect(await text('etc/passwd')).toContain('ann:x:1234:1234::/home/ann:/bin/sh\n');
    expect(await text('etc/shadow')).toMatch(/^ann:\*:/m);
    expect(await ownerOf('etc/shadow')).toBe('0:42 640');
    expect(await ownerOf('etc/passwd')).toBe('0:0 644');
    expect(await ownerOf('home')).toBe('0:0 755');
    for (const path of ['home/ann', 'home/ann/.ssh']) expect(await ownerOf(path), path).toBe('1234:1234 700');
    expect(await ownerOf('home/ann/.ssh/authorized_keys')).toBe('1234:1234 600');
    expect(await ownerOf('root/.ssh/authorized_keys')).toBe('0:0 600');
    expect(await text('home/ann/.ssh/authorized_keys')).toBe(`${key}\n`);
  });

  it('are there once, however often they are asked for', async () => {
    const { notes } = await setup(root, wish, ann);
    expect(notes).toEqual([expect.stringContaining('no OpenSSH server')]);
    expect((await setup(root, wish, ann)).changes).toEqual([]);
  });

  it('are only told in a dry run, passwords not at all', async () => {
    const { changes } = await setup(
      root,
      wish,
      { ...ann, rootPassword: '$6$secretsecret' },
      { dryRun: true },
    );
    const diff = await changesAsDiff(changes);
    expect(diff).toContain('+ann:x:1234:1234::/home/ann:/bin/sh\n');
    expect(diff).toContain('new file mode 120000\n');
    expect(diff).not.toContain('$6$');
    expect(await readdir(join(root, 'etc'))).toEqual(['group', 'passwd', 'shadow']);
  });

  it('are as the diff says: git applies it to the same end', async () => {
    // git follows no links.
    await rm(join(root, 'lib'));
    await put('lib/systemd/systemd', '#!');
    const copy = join(base, 'copy');
    execFileSync('cp', ['-a', root, copy]);
    const { changes } = await setup(root, wish, { network: 'networkd' });
    execFileSync('git', ['apply', '-'], { cwd: copy, input: await changesAsDiff(changes) });
    execFileSync('diff', ['--recursive', '--no-dereference', root, copy]);
  });

  it('are refused for users that are not there, and nothing is changed', async () => {
    await expect(setup(root, wish, { keys: [{ user: 'bob', keys: [key] }] })).rejects.toThrow(
      /^cannot let SSH keys in for bob: the root .* has no such user$/,
    );
    expect(await readdir(join(root, 'etc'))).toEqual(['group', 'passwd', 'shadow']);
  });
});

describe('a hostile root', () => {
  it('whose files are links to those of the host leaves those alone', async () => {
    for (const name of ['passwd', 'shadow', 'group', 'authorized_keys', 'hosts'])
      await writeFile(join(outside, name), 'root:x:0:0:root:/root:/bin/sh\n');
    const before = execFileSync('ls', ['-la', '--time-style=full-iso', outside]);
    for (const name of ['passwd', 'hosts']) {
      await rm(join(root, 'etc', name), { force: true });
      await symlink(join(outside, name), join(root, 'etc', name));
    }
    await rm(join(root, 'root'), { recursive: true });
    await symlink(outside, join(root, 'root'));
    await symlink(outside, join(root, 'home'));
    await setup(root, wish, ann).catch(() => {});
    expect(execFileSync('ls', ['-la', '--time-style=full-iso', outside])).toEqual(before);
  });

  it('whose /etc is a link to /etc leaves that of the host alone', async () => {
    await rm(join(root, 'etc'), { recursive: true });
    await symlink('/etc', join(root, 'etc'));
    const before = execFileSync('ls', ['-la', '--time-style=full-iso', '/etc']);
    await expect(setup(root, wish, ann)).rejects.toThrow('too many links');
    expect(execFileSync('ls', ['-la', '--time-style=full-iso', '/etc'])).toEqual(before);
  });

  it.each(['fifo', 'device'])('with a %s for a file is told, and not written to', async (kind) => {
    await rm(join(root, 'etc/passwd'));
    const path = join(root, 'etc/passwd');
    execFileSync('mknod', kind === 'fifo' ? [path, 'p'] : [path, 'c', '1', '3']);
    await expect(setup(root, wish, ann)).rejects.toThrow(
      /cannot read etc\/passwd in guest root .*: it is no regular file/,
    );
  });

  it("in which a user leads .ssh to root's gets no key there", async () => {
    await put('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nann:x:1234:1234::/home/ann:/bin/sh\n');
    await mkdir(join(root, 'home/ann'), { recursive: true });
    await chown(join(root, 'home/ann'), 1234, 1234);
    await mkdir(join(root, 'root/.ssh'));
    await symlink('/root/.ssh', join(root, 'home/ann/.ssh'));
    const keys = { keys: [{ user: 'ann', keys: [key] }] };
    await expect(setup(root, wish, keys)).rejects.toThrow('belongs to the user with id 0, not 1234');
    expect(await readdir(join(root, 'root/.ssh'))).toEqual([]);
  });

  it.each([false, true])(
    "in which a new user's home is somebody else's stays as it is (dry run: %s)",
    async (dryRun) => {
      await mkdir(join(root, 'home/ann'), { recursive: true });
      const before = execFileSync('ls', ['-laR', '--time-style=full-iso', root]);
      await expect(setup(root, wish, ann, { dryRun })).rejects.toThrow(
        'the directory that it is in belongs to the user with id 0, not 1234',
      );
      expect(execFileSync('ls', ['-laR', '--time-style=full-iso', root])).toEqual(before);
    },
  );

  it.each(['/home/../root', '/', '', 'home', '/home/a\u001b'])(
    'with a home of %j lets no key in',
    async (home) => {
      await put('etc/passwd', `root:x:0:0:root:/root:/bin/sh\nann:x:1234:1234::${home}:/bin/sh\n`);
      await expect(setup(root, wish, { keys: [{ user: 'ann', keys: [key] }] })).rejects.toThrow(
        'cannot let SSH keys in for ann: its home directory is',
      );
    },
  );

  it("in which a user's authorized_keys leads to secrets does not copy them", async () => {
    await setup(root, wish, ann);
    const file = join(root, 'home/ann/.ssh/authorized_keys');
    for (const make of [
      () => symlink('/etc/shadow', file),
      () => execFileSync('ln', [join(root, 'etc/shadow'), file]),
    ]) {
      await rm(file);
      await make();
      await expect(setup(root, wish, ann)).rejects.toThrow('it is no file of the user with id 1234');
    }
    expect(await text('etc/shadow')).not.toContain('ssh-ed25519');
  });
});

describe('/dev/nfs', () => {
  const nfs: SetupWish = { nfsDevice: true };

  it('is the block device of the recipe, for the group disk', async () => {
    await setup(root, wish, nfs);
    expect(
      execFileSync('stat', ['--format=%F %t:%T %u:%g %a', join(root, 'dev/nfs')], { encoding: 'utf8' }),
    ).toBe('block special file 0:ff 0:66 660\n');
    expect((await setup(root, wish, nfs)).changes).toEqual([]);
  });

  it('is left out, and why is said, where device nodes do nothing', async () => {
    const mounted = join(base, 'mounted');
    await mkdir(mounted);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'nodev', 'tmpfs', mounted]);
    try {
      await mkdir(join(mounted, 'etc'));
      const { notes } = await setup(mounted, wish, nfs);
      expect(notes[0]).toMatch(/^\/dev\/nfs is left out: its file system is mounted nodev/);
      expect(await readdir(mounted)).toEqual(['etc']);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });
});

describe('network styles', () => {
  it('follow each other without a trace, but for what was in /etc/network/interfaces', async () => {
    const tree = () =>
      execFileSync('find', [join(root, 'etc'), '-not', '-type', 'd'], { encoding: 'utf8' })
        .split('\n')
        .sort();
    await setup(root, wish, { network: 'none' });
    const none = tree();
    await setup(root, wish, { network: 'networkd' });
    expect(tree()).toContain(join(root, 'etc/systemd/network/00-umlnfs.network'));
    await setup(root, wish, { network: 'ifupdown' });
    expect(await text('etc/network/interfaces.d/umlnfs')).toContain('iface vec0 inet manual\n');
    await setup(root, wish, { network: 'none' });
    expect(tree()).toEqual([...none, join(root, 'etc/network/interfaces')].sort());
  });
});
