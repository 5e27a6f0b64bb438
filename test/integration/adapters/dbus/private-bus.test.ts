import { access, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectBus } from '../../../../src/adapters/dbus/bus.ts';
import { privateBusAddress } from '../../../../src/adapters/dbus/private-address.ts';
import { defaultBus, ensurePrivateBus, stopPrivateBus } from '../../../../src/adapters/dbus/private-bus.ts';
import { startTestBus } from '../../../support/dbus-daemon.ts';

let directory: string;
let runtime: string;

const pidFile = () => readFile(join(runtime, 'bus.pid'), 'utf8').then(Number);

function listNames(user: number, address: string) {
  return execa(
    'setpriv',
    [
      ...[`--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'dbus-send', `--bus=${address}`],
      ...['--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.ListNames'],
    ],
    { reject: false },
  );
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-private-'));
  await chmod(directory, 0o755);
  runtime = join(directory, 'run');
});

afterEach(async () => {
  await stopPrivateBus(runtime);
  await rm(directory, { recursive: true });
});

describe('ensurePrivateBus', () => {
  it('starts one bus, and finds it again', async () => {
    const address = await ensurePrivateBus(runtime);
    expect(address).toBe(privateBusAddress(runtime));
    const pid = await pidFile();
    expect(await ensurePrivateBus(runtime)).toBe(address);
    expect(await pidFile()).toBe(pid);
  });

  it('lets root in and nobody else', async () => {
    const address = await ensurePrivateBus(runtime);
    expect((await listNames(0, address)).stdout).toContain('org.freedesktop.DBus');
    const other = await listNames(65_534, address);
    expect(other.failed).toBe(true);
    expect(other.stdout).not.toContain('org.freedesktop.DBus');
  });

  it('starts it anew when it was killed', async () => {
    const address = await ensurePrivateBus(runtime);
    const pid = await pidFile();
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(() =>
        connectBus(address).then(
          (bus) => bus.close(),
          () => 'gone',
        ),
      )
      .toBe('gone');
    expect(await ensurePrivateBus(runtime)).toBe(address);
    expect(await pidFile()).not.toBe(pid);
    (await connectBus(address)).close();
  });

  it('starts one for all who ask at the same time', async () => {
    const addresses = await Promise.all([1, 2, 3].map(() => ensurePrivateBus(runtime)));
    expect(new Set(addresses)).toEqual(new Set([privateBusAddress(runtime)]));
    const { stdout } = await execa('pgrep', ['-fc', `config-file=${runtime}/bus.conf`]);
    expect(stdout).toBe('1');
  });

  it('replaces one whose files were removed', async () => {
    await ensurePrivateBus(runtime);
    const pid = await pidFile();
    await rm(runtime, { recursive: true });
    (await connectBus(await ensurePrivateBus(runtime))).close();
    expect(await pidFile()).not.toBe(pid);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('refuses a place that no address can name', async () => {
    await expect(ensurePrivateBus(join(directory, 'a,b'))).rejects.toThrow(
      /characters that a D-Bus address cannot/,
    );
    await expect(ensurePrivateBus(join(directory, 'x'.repeat(100)))).rejects.toThrow(/longer than 107 bytes/);
  });
});

describe('stopPrivateBus', () => {
  it('ends it and leaves nothing, and does nothing where there is none', async () => {
    await ensurePrivateBus(runtime);
    const pid = await pidFile();
    await stopPrivateBus(runtime);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    for (const name of ['bus', 'bus.conf', 'bus.pid']) {
      await expect(access(join(runtime, name))).rejects.toThrow('ENOENT');
    }
    await stopPrivateBus(runtime);
  });
});

describe('defaultBus', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is the system bus where one runs, else the private one', async () => {
    const system = await startTestBus();
    vi.stubEnv('DBUS_SYSTEM_BUS_ADDRESS', system.address);
    try {
      expect(await defaultBus()).toBe('system');
      await system.stop();
      expect(await defaultBus()).toBe('private');
    } finally {
      await system.remove();
    }
  });
});
