import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildInitramfs, initramfsPath } from '../../../src/adapters/uml/initramfs/initramfs.ts';
import { probeKernel } from '../../../src/adapters/uml/probe.ts';
import { ChildRunner } from '../../../src/adapters/uml/runner.ts';
import type { GuestWanted } from '../../../src/model/desired.ts';
import { classifyEnd } from '../../../src/model/end.ts';
import type { ProcessExit } from '../../../src/model/runner.ts';
import { guestFrom, kernel, makePlace, type Place, uid } from '../../support/uml-guest.ts';

let place: Place;
let runner: ChildRunner;

beforeAll(async () => {
  place = await makePlace();
  runner = new ChildRunner(place);
});
afterEach(() => execa('ip', ['link', 'delete', 'uml-test'], { reject: false }));
afterAll(async () => {
  await runner.close();
  await place.remove();
});

const caps = () => probeKernel(kernel, { uid, gid: uid });

test('the same kernel gives the same bytes under the same name', async () => {
  const [one, two] = [join(place.images, 'one'), join(place.images, 'two')];
  expect(await initramfsPath(one, kernel, await caps(), [])).toBeUndefined();
  const first = await buildInitramfs(one, kernel, await caps(), []);
  const second = await buildInitramfs(two, kernel, await caps(), []);
  expect(second.replace(two, one)).toBe(first);
  expect((await readFile(first)).equals(await readFile(second))).toBe(true);
  expect(await initramfsPath(one, kernel, await caps(), [])).toBe(first);
  expect(await readdir(one)).toHaveLength(1);
});

test('an image that is there is not built again, and old ones of other kernels go', async () => {
  const directory = join(place.images, 'pruned');
  const path = await buildInitramfs(directory, kernel, await caps(), []);
  await writeFile(path, 'as it was');
  const old = join(directory, 'initramfs-0123456789abcdef.cpio');
  const recent = join(directory, 'initramfs-fedcba9876543210.cpio');
  const foreign = join(directory, 'somebody-elses');
  for (const file of [old, recent, foreign]) await writeFile(file, '');
  for (const file of [old, foreign, path]) await utimes(file, 0, 0);
  expect(await buildInitramfs(directory, kernel, await caps(), [])).toBe(path);
  expect(await readFile(path, 'utf8')).toBe('as it was');
  const fresh = await buildInitramfs(directory, kernel, { ...(await caps()), version: '0.0.0-other' }, []);
  expect((await readdir(directory)).map((name) => join(directory, name)).sort()).toEqual(
    [fresh, path, recent, foreign].sort(),
  );
});

test('a server has an initramfs of its own, since others need not carry what it takes', async () => {
  const directory = join(place.images, 'more');
  const plain = await buildInitramfs(directory, kernel, await caps(), []);
  expect(await initramfsPath(directory, kernel, await caps(), ['nfsd'])).toBeUndefined();
  const server = await buildInitramfs(directory, kernel, await caps(), ['nfsd']);
  expect(await initramfsPath(directory, kernel, await caps(), ['nfsd'])).toBe(server);
  const names = async (image: string) =>
    (await execa('cpio', ['--list', '--quiet', '-F', image])).stdout.split('\n');
  const [few, more] = [await names(plain), await names(server)];
  expect(few.some((name) => name.endsWith('/nfsd.ko'))).toBe(false);
  expect(more.some((name) => name.endsWith('/nfsd.ko'))).toBe(true);
  expect(few.filter((name) => !more.includes(name))).toEqual([]);
});

async function bootToEnd(
  args: readonly string[],
  network: Partial<GuestWanted['network']> = {},
): Promise<{ exit: ProcessExit; console: string }> {
  const image = await buildInitramfs(place.images, kernel, await caps(), []);
  const guest = await guestFrom(place, 'boot', image, args, network);
  const ended = new Promise<ProcessExit>((resolve) => runner.onExit(resolve));
  await runner.start(guest.request);
  const exit = await ended;
  return { exit, console: await runner.consoleTail('boot') };
}

async function makeTap(): Promise<void> {
  await execa('ip', ['tuntap', 'add', 'uml-test', 'mode', 'tap', 'user', String(uid)]);
  await execa('ip', ['address', 'add', '192.168.2.1/24', 'dev', 'uml-test']);
  await execa('ip', ['link', 'set', 'uml-test', 'up']);
}

test('a guest without a network says so and ends with a status of its own', async () => {
  const { exit, console } = await bootToEnd([]);
  expect(exit.code).toBe(121);
  const end = classifyEnd({ ...exit, consoleTail: console, panicked: false });
  expect(end).toEqual({
    reason: 'start-failed',
    detail: expect.stringMatching(/umlnfs: cannot give vec0 the address 192\.168\.2\.2/),
  });
});

test('a guest whose server does not answer tries for its time, and says why it gave up', async () => {
  await makeTap();
  const { exit, console } = await bootToEnd(['umlnfs.retry=3']);
  expect(console).toContain('umlnfs: the server does not give the root yet: Connection refused');
  const end = classifyEnd({ ...exit, consoleTail: console, panicked: false });
  expect(end.reason).toBe('start-failed');
  expect(end.detail).toMatch(
    /cannot mount the root 192\.168\.2\.1:\/export\/test: Connection refused \(tried for 3 s\)/,
  );
});

test('a guest that is to ask for its address takes what a DHCP server gives', async () => {
  await makeTap();
  const file = join(place.images, 'udhcpd.conf');
  const lease = join(place.images, 'leases');
  await writeFile(lease, '');
  await writeFile(
    file,
    `start 192.168.2.77\nend 192.168.2.77\ninterface uml-test\nlease_file ${lease}\noption subnet 255.255.255.0\n`,
  );
  const server = execa('busybox', ['udhcpd', '-f', '-S', file], { reject: false });
  try {
    const { exit, console } = await bootToEnd(['umlnfs.retry=1'], { address: undefined, autoconf: 'dhcp' });
    expect(console).toMatch(/lease of 192\.168\.2\.77 obtained/);
    expect(console).toMatch(/umlnfs: mounting .*clientaddr=192\.168\.2\.77/);
    expect(exit.code).toBe(122);
  } finally {
    server.kill();
    await server;
  }
});
