import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { makeTinyRoot } from '../../support/tiny-root.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.make();
  await daemon.addGuest('web1', '192.168.2.2');
  await daemon.start();
  await daemon.until('web1', { state: 'running' });
});
afterAll(() => daemon?.dispose());

async function taps(): Promise<string> {
  return (await execa('ip', ['-br', 'link', 'show', 'type', 'tun'])).stdout;
}

describe('definitions', () => {
  test('a new one is acted upon at once', async () => {
    await makeTinyRoot(daemon.root('web2'));
    await daemon.define('web2', '[Guest]\nAddress=192.168.2.3\nMemory=64M\n');
    await expect.poll(taps, { timeout: 5_000, interval: 20 }).toContain('uml-web2');
    await daemon.until('web2', { state: 'running' });
  });

  test('a broken one is told with file and line, and its guest and all others go on', async () => {
    const before = await Promise.all(['web1', 'web2'].map((name) => daemon.status(name)));
    await writeFile(daemon.definition('web2'), '[Guest]\nAddress=192.168.2.3\nMemroy=64M\n');
    const told = async () => (await daemon.status('web2')).problem;
    await expect.poll(told).toMatch(/web2\.conf:3: error: .*Memroy.*Memory/);
    const after = await Promise.all(['web1', 'web2'].map((name) => daemon.status(name)));
    expect(after.map(({ pid, state }) => ({ pid, state }))).toEqual(
      before.map(({ pid }) => ({ pid, state: 'running' })),
    );
    expect((await daemon.cli('plan', 'web2')).stdout).toMatch(
      /^leave guest web2 with the definition it had, because .*web2\.conf:3: error: /,
    );
  });

  test('one that takes the address of another is refused, and the other keeps it', async () => {
    await daemon.define('thief', '[Guest]\nAddress=192.168.2.2\n');
    const problems = async () => (await daemon.cli('reload')).stderr;
    await expect.poll(problems).toMatch(/thief\.conf:2: error: .*192\.168\.2\.2.*web1/);
    expect(await daemon.status('web1')).toMatchObject({ state: 'running' });
    expect(await daemon.status('thief')).toMatchObject({ state: 'failed', pid: 0 });
    expect((await daemon.cli('plan', 'thief')).stdout).toMatch(
      /^leave guest thief as it is, because .*thief\.conf:2: error: /,
    );
    const refused = await daemon.cli('start', 'thief');
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toMatch(
      /cannot start guest thief: its definition cannot be used: .*thief\.conf:2/,
    );
    await rm(daemon.definition('thief'));
    await expect.poll(async () => (await daemon.cli('status', 'thief')).exitCode).toBe(4);
  });

  test('a change that needs no restart makes none', async () => {
    const { pid } = await daemon.status('web1');
    await daemon.define('web1', '[Guest]\nAddress=192.168.2.2\nMemory=64M\nDescription=the first\n');
    expect(await daemon.until('web1', { description: 'the first' })).toMatchObject({ pid });
  });

  test('a change that needs one restarts that guest in order, and no other', async () => {
    const [web1, web2] = await Promise.all(['web1', 'web2'].map((name) => daemon.status(name)));
    await daemon.define('web2', '[Guest]\nAddress=192.168.2.3\nMemory=80M\n');
    await expect.poll(async () => (await daemon.status('web2')).pid, { timeout: 20_000 }).not.toBe(web2?.pid);
    const changed = await daemon.until('web2', { state: 'running' });
    expect(changed.lastEndDetail).toMatch(/its definition changed: mem=81920K/);
    expect((await daemon.status('web1')).pid).toBe(web1?.pid);
  });

  test('a burst of 1,000 changes does no harm', async () => {
    const { pid } = await daemon.status('web1');
    for (let index = 0; index < 1_000; index += 1) {
      const address = index % 2 === 0 ? 'Adress=nonsense' : 'Address=192.168.2.2';
      await writeFile(
        daemon.definition('web1'),
        `[Guest]\n${address}\nMemory=64M\nDescription=change ${index}\n[Root]\nAc=no\n`,
      );
    }
    expect(await daemon.until('web1', { description: 'change 999' })).toMatchObject({ pid, problem: '' });
  });

  test("editors' files are nothing", async () => {
    const { stderr } = await daemon.cli('reload');
    for (const name of ['.web1.conf.swp', 'web1.conf~', '4913', '#web1.conf#']) {
      await writeFile(daemon.definition('web1').replace('web1.conf', name), 'nonsense');
    }
    expect((await daemon.cli('reload')).stderr).toBe(stderr);
  });

  test('a removed one ends its guest in order and leaves no tap and no export', async () => {
    const { pid } = await daemon.status('web2');
    await rm(daemon.definition('web2'));
    await expect.poll(taps, { timeout: 20_000 }).not.toContain('uml-web2');
    expect(() => process.kill(pid, 0)).toThrow();
    expect((await daemon.cli('status', 'web2')).exitCode).toBe(4);
    await expect.poll(async () => (await daemon.cli('plan')).stdout).not.toContain('web2');
    const inRuntime = () => readdir(join(daemon.directory, 'runtime/guests'));
    await expect.poll(inRuntime).toEqual(['web1']);
  });

  test('what a daemon is built on stays as it is until its restart, and that is said', async () => {
    const { pid } = await daemon.status('web1');
    const file = join(daemon.directory, 'etc/umlnfs.conf');
    const before = await readFile(file, 'utf8');
    await writeFile(file, `${before}[Directories]\nRuntime=/run/elsewhere\n[Server]\nExporter=none\n`);
    const told = async () => (await daemon.cli('reload')).stderr;
    await expect.poll(told).toMatch(/umlnfs\.conf:\d+: warning: cannot change Runtime= of \[Directories\]/);
    expect(await told()).toContain('cannot change Exporter= of [Server] while umlnfsd runs');
    expect(await daemon.status('web1')).toMatchObject({ pid, state: 'running' });
    expect((await daemon.cli('plan')).stdout).toBe('nothing to do');
    await writeFile(file, before);
    await expect.poll(told).not.toContain('umlnfs.conf');
  });

  test('a root that does not exist is said, and used as soon as it does', async () => {
    await daemon.define('late', '[Guest]\nAddress=192.168.2.9\nMemory=64M\n');
    const told = async () => (await daemon.status('late').catch(() => undefined))?.problem ?? '';
    await expect.poll(told).toContain('export/late does not exist');
    expect(await daemon.status('late')).toMatchObject({ state: 'backoff', pid: 0 });
    await makeTinyRoot(daemon.root('late'));
    await daemon.until('late', { state: 'running' });
  });
});
