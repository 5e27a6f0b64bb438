import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { ensureBridge, removeBridge } from '../../../../src/adapters/ip/bridge.ts';
import { observeLinks } from '../../../../src/adapters/ip/observe.ts';
import { ensureTap, ensureTaps, removeTap } from '../../../../src/adapters/ip/taps.ts';
import { watchLinks } from '../../../../src/adapters/ip/watch.ts';
import type { TapWanted } from '../../../../src/model/desired.ts';
import { UserError } from '../../../../src/model/error.ts';
import { anyBridge } from '../../../support/model.ts';
import { until } from '../../../support/poll.ts';

const bridge = { ...anyBridge, name: 'tbr0', address: '192.168.2.1', prefix: 24 };

function tap(guest: string, over: Partial<TapWanted> = {}): TapWanted {
  const plain = { guarded: true, isolated: false };
  return { name: `t-${guest}`, guest, bridge: bridge.name, uid: 1_879_048_200, ...plain, ...over };
}

const ip = (...args: string[]) => execa('ip', args);

async function link(name: string) {
  const { stdout } = await ip('-json', '-details', 'link', 'show', 'dev', name);
  return JSON.parse(stdout)[0];
}

afterEach(async () => {
  const { bridges, taps } = await observeLinks();
  for (const name of [...bridges.keys(), ...taps.keys()]) {
    if (name.startsWith('t')) await execa('ip', ['link', 'delete', 'dev', name], { reject: false });
  }
});

describe('ensureBridge', () => {
  it('makes it, up, marked, with its address and a MAC that ports do not change', async () => {
    await ensureBridge(bridge);
    expect((await observeLinks()).bridges.get('tbr0')).toEqual({
      name: 'tbr0',
      addresses: ['192.168.2.1/24'],
      up: true,
      ours: true,
    });
    const { address } = await link('tbr0');
    await ensureTaps([tap('a'), tap('b'), tap('c')]);
    expect((await link('tbr0')).address).toBe(address);
    await removeBridge('tbr0');
    await ensureBridge(bridge);
    expect((await link('tbr0')).address).toBe(address);
  });

  it('repairs what was taken away, and only that', async () => {
    await ensureBridge(bridge);
    await ip('address', 'add', '10.9.8.7/24', 'dev', 'tbr0');
    await ip('address', 'delete', '192.168.2.1/24', 'dev', 'tbr0');
    await ip('link', 'set', 'dev', 'tbr0', 'down');
    await ensureBridge(bridge);
    const seen = (await observeLinks()).bridges.get('tbr0');
    expect(seen?.up).toBe(true);
    expect([...(seen?.addresses ?? [])].sort()).toEqual(['10.9.8.7/24', '192.168.2.1/24']);
    await ensureBridge(bridge);
    expect((await observeLinks()).bridges.get('tbr0')).toEqual(seen);
  });

  it('gives up addresses that it is to have no more, in whatever order the kernel has them', async () => {
    const ipv6 = { address: 'fd00:2::1', prefix: 64 };
    await ensureBridge({ ...bridge, ipv6 });
    await ip('address', 'add', '192.168.2.77/24', 'dev', 'tbr0');
    const addresses = async () => [...((await observeLinks()).bridges.get('tbr0')?.addresses ?? [])].sort();
    const former = await addresses();
    expect(former).toHaveLength(3);
    // The new one comes after the old ones in the same network, with which the kernel may remove it.
    const changed = { ...bridge, address: '192.168.2.254', ipv6: { ...ipv6, prefix: 56 } };
    await ensureBridge(changed, former);
    expect(await addresses()).toEqual(['192.168.2.254/24', 'fd00:2::1/56']);
    await ensureBridge({ ...changed, prefix: 16, ipv6: undefined }, ['192.168.2.254/24', 'fd00:2::1/56']);
    expect(await addresses()).toEqual(['192.168.2.254/16']);
    await ensureBridge({ ...changed, prefix: 16, ipv6: undefined }, ['10.0.0.1/8']);
    expect(await addresses()).toEqual(['192.168.2.254/16']);
  });

  it('knows addresses that it has for a time', async () => {
    await ensureBridge(bridge);
    await ip('address', 'add', '10.9.8.7/24', 'dev', 'tbr0', 'valid_lft', '600', 'preferred_lft', '600');
    const seen = (await observeLinks()).bridges.get('tbr0');
    expect(seen?.addresses).toContain('10.9.8.7/24');
    expect(seen?.learnt).toEqual(['10.9.8.7/24']);
  });

  it('uses a bridge of somebody else and never removes it', async () => {
    await ip('link', 'add', 'name', 'tbr0', 'type', 'bridge');
    await ip('address', 'add', '10.9.8.7/24', 'dev', 'tbr0');
    await ensureBridge(bridge, ['10.9.8.7/24']);
    const seen = (await observeLinks()).bridges.get('tbr0');
    expect(seen?.ours).toBe(false);
    expect(seen?.addresses).toEqual(expect.arrayContaining(['10.9.8.7/24', '192.168.2.1/24']));
    await removeBridge('tbr0');
    expect((await observeLinks()).bridges.has('tbr0')).toBe(true);
  });

  it('refuses a name that something else has', async () => {
    await ip('link', 'add', 'name', 'tbr0', 'type', 'veth', 'peer', 'name', 'tpeer');
    await expect(ensureBridge(bridge)).rejects.toThrow(
      'cannot make bridge tbr0: tbr0 exists and is no bridge',
    );
  });
});

describe('ensureTaps', () => {
  it('makes many at once, each owned, marked and on the bridge, and again changes nothing', async () => {
    await ensureBridge(bridge);
    const taps = Array.from({ length: 40 }, (_, index) => tap(`g${index}`, { uid: 1_879_048_200 + index }));
    expect((await ensureTaps(taps)).size).toBe(0);
    const before = await observeLinks();
    for (const wanted of taps) {
      expect(before.taps.get(wanted.name)).toEqual({
        name: wanted.name,
        uid: wanted.uid,
        master: 'tbr0',
        up: true,
        carrier: false,
        guarded: true,
        isolated: false,
        guest: wanted.guest,
      });
    }
    const index = (await link('t-g7')).ifindex;
    expect((await ensureTaps(taps)).size).toBe(0);
    expect((await link('t-g7')).ifindex).toBe(index);
    expect((await link('t-g7')).inet6_addr_gen_mode).toBe('none');
  });

  it('repairs owner, bridge, state and mark', async () => {
    await ensureBridge(bridge);
    await ensureTap(tap('a', { uid: 12_345 }));
    await ensureTap(tap('a'));
    expect((await observeLinks()).taps.get('t-a')).toMatchObject({
      uid: 1_879_048_200,
      master: 'tbr0',
      up: true,
    });
    await ip('link', 'set', 'dev', 't-a', 'nomaster', 'down', 'alias', 'umlnfs:other');
    await ensureTap(tap('a'));
    expect((await observeLinks()).taps.get('t-a')).toMatchObject({ guest: 'a', master: 'tbr0', up: true });
  });

  it('reads an owner that has a name as a number', async () => {
    await ensureBridge(bridge);
    await ensureTap(tap('a', { uid: 65_534 }));
    expect((await observeLinks()).taps.get('t-a')?.uid).toBe(65_534);
  });

  it('leaves a device of somebody else alone, and makes the others', async () => {
    await ensureBridge(bridge);
    await ip('tuntap', 'add', 'dev', 't-a', 'mode', 'tap');
    await ip('link', 'add', 'name', 't-b', 'type', 'veth', 'peer', 'name', 'peer-b');
    const failed = await ensureTaps([tap('a'), tap('b'), tap('c')]);
    expect([...failed.keys()]).toEqual(['t-a', 't-b']);
    expect(failed.get('t-a')).toBeInstanceOf(UserError);
    expect(failed.get('t-a')?.message).toBe(
      'cannot make tap t-a for a: a device t-a that umlnfs did not make exists',
    );
    expect((await observeLinks()).taps.get('t-a')).toMatchObject({ guest: undefined, master: undefined });
    expect((await observeLinks()).taps.get('t-c')?.master).toBe('tbr0');
    await removeTap('t-a');
    await removeTap('t-b');
    await removeTap('t-c');
    await removeTap('t-never');
    expect([...(await observeLinks()).taps.keys()].filter((name) => name.startsWith('t'))).toEqual([
      't-a',
      't-b',
    ]);
  });

  it('says which failed where the bridge is missing', async () => {
    const failed = await ensureTaps([tap('a')]);
    expect(failed.get('t-a')?.message).toBe('cannot make tap t-a for a: there is no bridge tbr0');
    await expect(ensureTap(tap('a'))).rejects.toThrow(UserError);
  });

  it('passes nothing to ip that would be more than a word', async () => {
    await ensureBridge(bridge);
    await expect(ensureTap(tap('a b\nlink delete tbr0'))).rejects.toThrow(TypeError);
    expect((await observeLinks()).bridges.has('tbr0')).toBe(true);
  });
});

describe('watchLinks', () => {
  it('notices a tap deleted by hand, and survives the end of its own watcher', async () => {
    await ensureBridge(bridge);
    await ensureTap(tap('a'));
    let calls = 0;
    let length = 900;
    const close = watchLinks(() => {
      calls += 1;
    });
    const changed = async (patience: number, ...change: string[]) => {
      const before = calls;
      await ip(...change);
      return until('the change to be noticed', () => calls > before, patience).then(
        () => true,
        () => false,
      );
    };
    const changedSomething = () => {
      length += 1;
      return changed(1_000, 'link', 'set', 'dev', 'tbr0', 'txqueuelen', `${length}`);
    };
    try {
      // The watcher says nothing when it has begun to listen: change something until it hears.
      await until('the watcher', changedSomething);
      expect(await changed(10_000, 'link', 'delete', 'dev', 't-a')).toBe(true);
      expect(await changed(10_000, 'address', 'delete', '192.168.2.1/24', 'dev', 'tbr0')).toBe(true);

      const watcher = await monitorPid();
      process.kill(watcher, 'SIGKILL');
      const before = calls;
      await until('the watcher to be back', () => calls > before);
      await until('the new watcher', changedSomething);
    } finally {
      close();
    }
    await until('the watcher to end', async () => (await monitorPid()) === 0);
  });
});

/** 0 when none runs. */
async function monitorPid(): Promise<number> {
  const { stdout } = await execa('pgrep', ['-x', '-f', 'ip monitor link address'], { reject: false });
  return Number(stdout ?? 0);
}
