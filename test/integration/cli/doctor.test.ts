import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Diagnosis } from '../../../src/model/doctor/diagnosis.ts';
import { runCli } from '../../support/cli.ts';
import { compiledSources } from '../../support/compiled.ts';

let main: string;
let base: string;

beforeAll(async () => {
  main = join(await compiledSources(), 'cli/main.js');
});

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'umlnfs-doctor-'));
  await mkdir(join(base, 'export'), { mode: 0o700 });
  await mkdir(join(base, 'umlnfs.d'));
  await writeFile(join(base, 'umlnfs.conf'), `[Directories]\nExport=${base}/export\n`);
});

afterEach(() => rm(base, { recursive: true, force: true }));

async function doctor() {
  const { stdout, code } = await runCli(main, ['doctor', '--json', `--config-dir=${base}`]);
  const { verdict, items } = JSON.parse(stdout) as { verdict: string; items: Diagnosis[] };
  return { code, verdict, of: (item: string) => items.filter((one) => one.item === item) };
}

test('before anything is configured every subject is told', async () => {
  const { stdout, code } = await runCli(main, ['doctor', `--config-dir=${base}/none`]);
  for (const item of [
    'ip',
    '/dev/net/tun',
    'NFS server',
    'export directory',
    'guest memory',
    'kernel /usr/bin/linux.uml',
    'IP forwarding',
    'firewall',
  ])
    expect(stdout).toMatch(new RegExp(`^(ok|warning|failure) +${item}: `, 'm'));
  expect(stdout).toContain('ok       definitions: there are none yet; the defaults hold\n');
  expect(stdout).toMatch(/\n\d+ ok, \d+ warnings?, \d+ failures?\n$/);
  expect(code).toBe(/, 0 failures\n$/.test(stdout) ? 0 : 1);
});

test('a host where guests run is fine', async () => {
  await writeFile(join(base, 'umlnfs.d/web1.conf'), '[Guest]\nAddress=192.168.2.2\n');
  await mkdir(join(base, 'export/web1'));
  const { code, verdict, of } = await doctor();
  expect(verdict).not.toBe('failure');
  expect(code).toBe(0);
  expect(of('safety of roots')).toMatchObject([{ level: 'ok', text: `only root gets into ${base}/export` }]);
  expect(of('guest memory')[0]?.text).toMatch(/^1 guest of 128 MiB; /);
  expect(of('definitions')).toMatchObject([{ level: 'ok', text: '1 guest, nothing wrong' }]);
});

test('one thing that is wrong makes it a failure, and the rest is told all the same', async () => {
  await chmod(base, 0o755);
  await chmod(join(base, 'export'), 0o755);
  await writeFile(join(base, 'umlnfs.d/web1.conf'), '[Guest]\nAddress=192.168.2.2\nKernel=/bin/true\n');
  await writeFile(join(base, 'umlnfs.d/web2.conf'), '[Guest]\nAddress=nowhere\n');
  const { code, verdict, of } = await doctor();
  expect({ code, verdict }).toEqual({ code: 1, verdict: 'failure' });
  expect(of('safety of roots')).toMatchObject([{ level: 'failure', mend: `chmod 700 ${base}/export` }]);
  expect(of('kernel /bin/true')).toMatchObject([
    { level: 'failure', text: expect.stringContaining('it is no User Mode Linux kernel') },
  ]);
  expect(of('definitions')[0]).toMatchObject({
    level: 'failure',
    text: expect.stringMatching(/web2\.conf:2: error: /),
  });
  expect(of('/dev/net/tun')).toMatchObject([{ level: 'ok' }]);
});
