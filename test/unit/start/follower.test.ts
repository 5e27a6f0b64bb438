import { describe, expect, it } from 'vitest';
import type { Client, WatchEvent } from '../../../src/adapters/dbus/client.ts';
import { DaemonUnreachable } from '../../../src/adapters/dbus/client-errors.ts';
import type { GuestStatus } from '../../../src/model/status.ts';
import { Follower } from '../../../src/start/follower.ts';

const starting: GuestStatus = {
  name: 'g',
  description: '',
  state: 'starting',
  stateSince: 1,
  detail: '',
  problem: '',
  address: '192.168.2.2',
  ipv6Address: '',
  mac: '',
  tap: '',
  network: '',
  kernel: '',
  kernelVersion: '',
  rootServer: '',
  rootDirectory: '',
  pid: 7,
  uid: 1,
  startedAt: 1,
  readySeconds: -1,
  restarts: 0,
  health: 'unknown',
  lastEndReason: '',
  lastEndDetail: '',
  lastEndAt: 0,
  console: '',
  log: '',
  definition: '',
};

/** A client whose daemon does what the test says. */
class ScriptedClient {
  listener: (event: WatchEvent) => void = () => {};
  readonly acts: string[] = [];
  guests: GuestStatus[] = [starting];

  change(change: Partial<GuestStatus>): void {
    this.listener({ kind: 'changed', status: { ...starting, ...change } });
  }

  async watch(listener: (event: WatchEvent) => void): Promise<GuestStatus[]> {
    this.listener = listener;
    return this.guests;
  }

  async act(action: string, name: string): Promise<void> {
    this.acts.push(`${action} ${name}`);
  }

  async problems(): Promise<string[]> {
    return ['umlnfs.d/g.conf:2: error: no'];
  }
}

async function follow(): Promise<{ client: ScriptedClient; follower: Follower; said: string[] }> {
  const client = new ScriptedClient();
  const said: string[] = [];
  const follower = await Follower.follow(client as unknown as Client, 'g', (text) => said.push(text));
  return { client, follower, said };
}

const never = new AbortController().signal;

describe('Follower', () => {
  it('waits until the guest is ready, and says each change once', async () => {
    const { client, follower, said } = await follow();
    const ready = follower.ready(10_000, never);
    client.change({ detail: 'waiting for READY=1' });
    client.change({ detail: 'waiting for READY=1', health: 'ok' });
    client.change({ state: 'running', readySeconds: 2.5 });
    expect(await ready).toBe(2.5);
    expect(said).toEqual(['g is starting', 'g is starting: waiting for READY=1']);
  });

  it('fails at once when the guest ends instead', async () => {
    const { client, follower } = await follow();
    const ready = follower.ready(10_000, never);
    client.change({
      state: 'backoff',
      lastEndReason: 'panic',
      lastEndDetail: 'VFS: Unable to mount root fs',
    });
    await expect(ready).rejects.toThrow('cannot boot g: it ended (panic): VFS: Unable to mount root fs');
  });

  it('fails when it takes too long', async () => {
    const { follower } = await follow();
    await expect(follower.ready(1, never)).rejects.toThrow('it is not ready after 0.001 s (starting)');
  });

  it('fails when the daemon goes away, and stops when asked to', async () => {
    const { client, follower } = await follow();
    const wish = new AbortController();
    const wished = follower.untilWished(wish.signal);
    wish.abort();
    await wished;
    const ready = follower.ready(10_000, never);
    client.listener({ kind: 'lost', error: DaemonUnreachable.because('it has ended', 'unix:path=/x') });
    await expect(ready).rejects.toThrow('it has ended');
  });

  it('stops the guest and waits until its process is gone', async () => {
    const { client, follower } = await follow();
    const stopped = follower.stop();
    client.change({ state: 'stopping' });
    client.change({ state: 'stopped', pid: 7 });
    client.change({ state: 'stopped', pid: 0 });
    await stopped;
    expect(client.acts).toEqual(['stop g']);
    expect(follower.status.pid).toBe(0);
  });

  it('tells why the daemon does not know the guest', async () => {
    const client = new ScriptedClient();
    client.guests = [];
    await expect(Follower.follow(client as unknown as Client, 'g', () => {})).rejects.toThrow(
      'cannot follow guest g: umlnfs.d/g.conf:2: error: no',
    );
  });
});
