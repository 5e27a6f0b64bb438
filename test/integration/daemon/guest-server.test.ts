/** A guest whose root is on another guest, which runs the kernel's NFS server. */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { serverTree } from '../../support/debian-tree.ts';
import { until } from '../../support/poll.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;
let image: string;

/** Writes a number after the other to disk, and says so on the console when each is there. */
const init = `#!/bin/busybox sh
export PATH=/bin
mount -t proc proc /proc
echo 0 > /proc/sys/kernel/ctrl-alt-del
trap 'poweroff -f' INT
echo READY=1 > /proc/mconsole
n=0
while :; do
  n=$((n + 1))
  echo $n | dd of=/numbers oflag=append conv=notrunc,fsync 2> /dev/null && echo "number $n is safe"
  sleep 0.2
done
`;

beforeAll(async () => {
  const tree = await serverTree();
  daemon = await TestDaemon.make();
  await execa('cp', ['-a', '--reflink=auto', tree, daemon.root('files')]);
  const staging = join(daemon.directory, 'staging');
  await makeTinyRoot(join(staging, 'web1'));
  await writeFile(join(staging, 'web1/sbin/init'), init);
  await chmod(join(staging, 'web1/sbin/init'), 0o755);
  await mkdir(join(daemon.directory, 'disks'));
  image = join(daemon.directory, 'disks/files.img');
  await execa('mke2fs', ['-q', '-t', 'ext4', '-d', staging, image, '128M']);
  await daemon.define(
    'files',
    `[Guest]\nAddress=192.168.2.10\nMemory=256M\nDisks=${image}:/srv\nAutostart=no`,
  );
  await daemon.define(
    'web1',
    `[Guest]
Address=192.168.2.11
Memory=64M
[Export]
Options=rw,sync,fsid=0,no_root_squash,no_subtree_check
[Root]
ServerGuest=files
Directory=/srv/web1`,
  );
  await daemon.start();
}, 600_000);

afterAll(() => daemon.dispose());

/** The numbers that the client was told to be on disk. */
async function safe(): Promise<number[]> {
  const console = await readFile(join(daemon.directory, 'log/web1/console.log'), 'utf8');
  return [...console.matchAll(/number (\d+) is safe/g)].map(([, number]) => Number(number));
}

async function goesOn(pid: number, timeout: number): Promise<void> {
  const before = (await safe()).length;
  await until('the client to go on', async () => (await safe()).length > before + 5, timeout);
  expect((await daemon.status('web1')).pid).toBe(pid);
}

test('the server is started for its client, which starts when its root is exported there', async () => {
  const { rootServer } = await daemon.until('web1', { state: 'running' }, 110_000);
  expect(rootServer).toBe('192.168.2.10');
  const steps = daemon.log.flatMap(({ guest, step, msg }) =>
    step === 'guest.start' || step === 'export.add'
      ? [`${step} ${guest}`]
      : / is ready$/.test(msg)
        ? [msg]
        : [],
  );
  expect(steps.slice(-4)).toEqual([
    'guest files is ready',
    'export.add web1',
    'guest.start web1',
    'guest web1 is ready',
  ]);
  const etab = await readFile(join(daemon.root('files'), 'var/lib/nfs/etab'), 'utf8');
  expect(etab).toMatch(/^\/srv\/web1\t192\.168\.2\.11\(rw,sync,/);
});

test('the client rides out that its server is killed', async () => {
  const { pid } = await daemon.status('web1');
  await goesOn(pid, 30_000);
  process.kill((await daemon.status('files')).pid, 'SIGKILL');
  await daemon.until('files', { state: 'running', restarts: 1 }, 100_000);
  await goesOn(pid, 100_000);
});

test('the client rides out a restart of its server', async () => {
  const { pid } = await daemon.status('web1');
  expect((await daemon.cli('restart', 'files')).exitCode).toBe(0);
  await goesOn(pid, 100_000);
});

test('the client stops before its server, and nothing that was safe is lost', async () => {
  await daemon.kill('SIGTERM');
  const ends = daemon.log.flatMap(({ msg }) => (/ ended: /.test(msg) ? [msg] : []));
  expect(ends.slice(-2)).toEqual(['guest web1 ended: stopped', 'guest files ended: stopped']);
  const { stdout } = await execa('debugfs', ['-R', 'cat /web1/numbers', image]);
  const written = new Set(stdout.split('\n').map(Number));
  const lost = (await safe()).filter((number) => !written.has(number));
  expect(lost).toEqual([]);
});

test('a server whose last client went while it was down exports nothing when it is back', async () => {
  const table = async () =>
    (await readdir(join(daemon.root('files'), 'etc/exports.d'))).filter((name) => name.endsWith('.exports'));
  expect(await table()).toHaveLength(1);
  await rm(daemon.definition('web1'));
  await daemon.start();
  expect((await daemon.cli('start', 'files')).exitCode).toBe(0);
  expect(await table()).toEqual([]);
});
