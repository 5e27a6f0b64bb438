import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compiledSources } from '../../support/compiled.ts';
import { TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;

beforeEach(async () => {
  daemon = await TestDaemon.make();
  await daemon.addGuest('web1', '192.168.2.2');
  await daemon.addGuest('web2', '192.168.2.3');
});
afterEach(() => daemon?.dispose());

/** Command lines of all processes that have to do with this daemon's directories. */
async function processes(): Promise<string> {
  return (await execa('pgrep', ['-fa', daemon.directory], { reject: false })).stdout;
}

test.each([
  ['while the bridge is made', /make bridge/],
  ['while the NFS server starts', /start the NFS server/],
  ['while guests start', /start guest web/],
])('asked to end %s, it leaves nothing running', async (_, when) => {
  await daemon.start({ ready: when });
  expect(await daemon.kill('SIGTERM')).toBe(0);
  expect(await processes()).toBe('');
});

test('a directory of definitions that is not there is a mistake, and no end of all guests', async () => {
  const { exitCode, stderr } = await execa(
    'node',
    [join(await compiledSources(), 'daemon/main.js'), '--config-dir', join(daemon.directory, 'nowhere')],
    { reject: false, timeout: 30_000 },
  );
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `umlnfsd: cannot run umlnfsd: there is no directory ${daemon.directory}/nowhere; correct --config-dir=`,
  });
});

test('a second daemon is refused and touches nothing of the first', async () => {
  await daemon.start();
  const { pid } = await daemon.until('web1', { state: 'running' });
  const notify = join(daemon.directory, 'runtime/guests/web1/notify');
  const before = await stat(notify);
  const second = await daemon.another();
  expect(second).toMatchObject({ exitCode: 1 });
  expect(second.stderr).toMatch(/cannot own org\.umlnfs1 on the bus: another daemon has it/);
  expect((await stat(notify)).ino).toBe(before.ino);
  expect(await daemon.status('web1')).toMatchObject({ state: 'running', pid });
});
