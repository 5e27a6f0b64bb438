import { chmod, rm } from 'node:fs/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectClient } from '../../../../src/adapters/dbus/client.ts';
import { AccessDenied, DaemonUnreachable } from '../../../../src/adapters/dbus/client-errors.ts';
import { ensurePrivateBus, stopPrivateBus } from '../../../../src/adapters/dbus/private-bus.ts';
import { serve } from '../../../../src/adapters/dbus/service/serve.ts';
import { compiledSources } from '../../../support/compiled.ts';
import { startTestBus, type TestBus } from '../../../support/dbus-daemon.ts';
import { guestStatus, ScriptedControl } from '../../../support/scripted-control.ts';

let system: TestBus;
let other: TestBus;

beforeEach(async () => {
  [system, other] = await Promise.all([startTestBus(), startTestBus()]);
  vi.stubEnv('DBUS_SYSTEM_BUS_ADDRESS', system.address);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([system.remove(), other.remove()]);
});

async function found(): Promise<string | undefined> {
  const client = await connectClient({ fallback: other.address });
  const [guest] = await client.guests();
  client.close();
  return guest?.name;
}

test('the daemon on the system bus comes first, then the one on the private bus', async () => {
  const privately = await serve(new ScriptedControl(guestStatus('private')), { address: other.address });
  expect(await found()).toBe('private');
  const onSystem = await serve(new ScriptedControl(guestStatus('system')), { address: 'system' });
  expect(await found()).toBe('system');
  await onSystem.close();
  await system.stop();
  expect(await found()).toBe('private');
  await privately.close();
});

test('without a daemon the message names both places', async () => {
  const attempt = connectClient({ fallback: other.address });
  await expect(attempt).rejects.toBeInstanceOf(DaemonUnreachable);
  await expect(attempt).rejects.toThrow(`nobody owns org.umlnfs1 on the bus ${other.address}`);
  await expect(attempt).rejects.toThrow('nobody owns org.umlnfs1 on the bus system');
});

test('a private bus that dies is started again for the daemon, and lets only root in', async () => {
  const runtime = `${other.directory}/run`;
  const control = new ScriptedControl(guestStatus('web1'));
  const service = await serve(control, { address: () => ensurePrivateBus(runtime) });
  const address = `unix:path=${runtime}/bus`;
  const name = async () => (await connectClient({ address })).guests().then(([guest]) => guest?.name);
  try {
    expect(await name()).toBe('web1');
    await stopPrivateBus(runtime);
    await vi.waitFor(async () => expect(await name()).toBe('web1'), 10_000);
    // The bus runs on, and nobody new gets to it.
    await rm(runtime, { recursive: true });
    await vi.waitFor(async () => expect(await name()).toBe('web1'), 15_000);

    await chmod(other.directory, 0o755);
    const main = `${await compiledSources()}/cli/main.js`;
    const asNobody = await execa(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', 'node', main, 'status', `--bus=${address}`],
      { reject: false },
    );
    expect(asNobody.stderr).toContain('permission denied');
    expect(asNobody.exitCode).toBe(6);
  } finally {
    await service.close();
    await stopPrivateBus(runtime);
  }
  await expect(connectClient({ address })).rejects.not.toBeInstanceOf(AccessDenied);
});
