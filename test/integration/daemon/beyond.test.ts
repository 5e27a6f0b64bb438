import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/poll.ts';

// The home network is a network namespace at the other end of a cable; a machine in it is at 10.99.0.2.
const home = `umlnfs-home-${process.pid}`;
const inHome = (...command: string[]) => execa('ip', ['netns', 'exec', home, ...command], { reject: false });
let daemon: TestDaemon;

beforeAll(async () => {
  await execa('ip', ['netns', 'add', home]);
  await cable('home0', 'eth0');
  await execa('ip', ['address', 'add', '10.99.0.1/24', 'dev', 'home0']);
  await execa('ip', ['address', 'add', 'fd00:99::1/64', 'dev', 'home0', 'nodad']);
  await inHome('ip', 'address', 'add', '10.99.0.2/24', 'dev', 'eth0');
  await inHome('ip', 'address', 'add', 'fd00:99::2/64', 'dev', 'eth0', 'nodad');
  daemon = await TestDaemon.make();
  await host('Uplink=nat\nIPv6Address=fd00:2::1/64');
  await daemon.addGuest('web1', '192.168.2.2', '[Restart]\nDelaySec=100ms\n');
  await daemon.addGuest('web2', '192.168.2.3', '[Restart]\nDelaySec=100ms\n');
  await daemon.start();
  await daemon.until('web1', { state: 'running' });
  await daemon.until('web2', { state: 'running' });
});

afterAll(async () => {
  await daemon?.dispose();
  for (const link of ['home0', 'home1', 'plain0'])
    await execa('ip', ['link', 'delete', link], { reject: false });
  await execa('ip', ['netns', 'delete', home], { reject: false });
});

async function cable(here: string, there: string, where = home): Promise<void> {
  await execa('ip', ['link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', where]);
  await execa('ip', ['link', 'set', here, 'up']);
  await execa('ip', ['-n', where, 'link', 'set', there, 'up']);
}

/** Writes the lines of [Bridge] into the host file. */
async function host(lines: string): Promise<void> {
  const file = join(daemon.directory, 'etc/umlnfs.conf');
  const text = (await readFile(file, 'utf8')).replace(/\[Bridge\][^[]*/, '');
  await writeFile(file, `${text}[Bridge]\n${lines}\n`);
}

/** Whether the guest gets an answer from there. */
async function reaches(guest: string, address: string): Promise<boolean> {
  const answer = await daemon.inside(guest, `/bin/busybox ping -c 1 -W 2 ${address} && echo reached`);
  return answer.includes('reached');
}

const reachedBy = async (...command: string[]) => (await inHome(...command)).exitCode === 0;
const outside = () => execa('nft', ['list', 'table', 'inet', 'umlnfs'], { reject: false });

describe('by nat', () => {
  test('guests reach what is beyond the host, which knows nothing of them', async () => {
    expect(await reaches('web1', '10.99.0.2')).toBe(true);
    expect((await readFile('/proc/sys/net/ipv4/ip_forward', 'utf8')).trim()).toBe('1');
  });

  test('over IPv6 as well', async () => {
    // Its address is the one that it makes of the network that is announced to it, and of its MAC address.
    await until('IPv6', () => reaches('web1', 'fd00:99::2'), 20_000);
    const { ipv6Address, network } = await daemon.status('web1');
    expect(ipv6Address).toMatch(/^fd00:2::[\da-f:]+$/);
    expect(network).toBe('default');
    const addresses = await daemon.inside('web1', '/bin/busybox ip -6 address show scope global');
    expect(addresses).toContain(`inet6 ${ipv6Address}/64 `);
  });

  test('again after a firewall was loaded that drops all rules', async () => {
    const before = (await outside()).stdout;
    await execa('nft', ['-f', '-'], { input: 'flush ruleset\ntable inet firewall {\n}\n' });
    await until('the table', async () => (await outside()).stdout === before, 20_000);
    expect(await reaches('web1', '10.99.0.2')).toBe(true);
    expect((await execa('nft', ['list', 'tables'])).stdout).toContain('table inet firewall');
    await execa('nft', ['delete', 'table', 'inet', 'firewall']);
  });

  test('and not when no uplink is left', async () => {
    await host('');
    await until('the table to go', async () => (await outside()).exitCode !== 0, 20_000);
    expect(await reaches('web1', '10.99.0.2')).toBe(false);
  });
});

describe('routed', () => {
  test('guests are reached under their own addresses, by those who know the way', async () => {
    await host('Uplink=routed');
    await inHome('ip', 'route', 'add', '192.168.2.0/24', 'via', '10.99.0.1');
    await until('the host file', async () => await reaches('web1', '10.99.0.2'), 20_000);
    expect(await reachedBy('busybox', 'ping', '-c', '1', '-W', '2', '192.168.2.2')).toBe(true);
    expect((await outside()).exitCode).not.toBe(0);
  });
});

describe('guests that are isolated', () => {
  test('reach the host and what is beyond it, and not each other', async () => {
    expect(await reaches('web1', '192.168.2.3')).toBe(true);
    await host('Uplink=routed\nIsolate=yes');
    await until('isolation', async () => !(await reaches('web1', '192.168.2.3')), 20_000);
    expect(await reaches('web1', '192.168.2.1')).toBe(true);
    expect(await reaches('web1', '10.99.0.2')).toBe(true);
    expect(await reaches('web2', '192.168.2.2')).toBe(false);
  });

  test('not through the host as their router either', async () => {
    const detour = async (guest: string, other: string) =>
      await daemon.inside(
        guest,
        `/bin/busybox ip route replace ${other}/32 via 192.168.2.1; /bin/busybox ping -c 1 -W 2 ${other} && echo reached; /bin/busybox ip route delete ${other}/32`,
      );
    await daemon.inside('web2', '/bin/busybox ip route replace 192.168.2.2/32 via 192.168.2.1');
    expect(await detour('web1', '192.168.2.3')).not.toContain('reached');
    // It is the rule that keeps them apart: without it this way is open.
    const { pid } = daemon;
    process.kill(pid, 'SIGSTOP');
    await execa('nft', ['flush', 'chain', 'inet', 'umlnfs', 'forward']);
    expect(await detour('web1', '192.168.2.3')).toContain('reached');
    process.kill(pid, 'SIGCONT');
    await daemon.inside('web2', '/bin/busybox ip route delete 192.168.2.2/32');
  });

  test('but for one whose definition says so', async () => {
    const more = '[Network]\nIsolate=no\n[Restart]\nDelaySec=100ms\n';
    await daemon.define('web2', `[Guest]\nAddress=192.168.2.3\nMemory=64M\n${more}`);
    await until('company', async () => await reaches('web1', '192.168.2.3'), 20_000);
  });
});

describe('by an interface that is plugged into the bridge', () => {
  beforeAll(async () => {
    await cable('home1', 'eth1');
    await inHome('ip', 'route', 'delete', '192.168.2.0/24');
    await inHome('ip', 'address', 'add', '192.168.2.200/24', 'dev', 'eth1');
  });

  const master = async () => {
    const { stdout } = await execa('ip', ['-json', 'link', 'show', 'home1']);
    return (JSON.parse(stdout) as { master?: string }[])[0]?.master;
  };

  test('guests and what is out there are neighbours, each under its own address', async () => {
    await host('Uplink=home1');
    await until('the interface', async () => (await master()) === 'uml0', 20_000);
    await until('the way', async () => await reaches('web1', '192.168.2.200'), 20_000);
    expect(await reachedBy('busybox', 'ping', '-c', '1', '-W', '2', '192.168.2.2')).toBe(true);
    expect(await reachedBy('busybox', 'ping', '-c', '1', '-W', '2', '192.168.2.1')).toBe(true);
  });

  test('nobody out there takes the address of a guest', async () => {
    await inHome('ip', 'address', 'add', '192.168.2.2/32', 'dev', 'eth1');
    const spoofed = await inHome('busybox', 'ping', '-c', '1', '-W', '2', '-I', '192.168.2.2', '192.168.2.1');
    expect(spoofed.exitCode).not.toBe(0);
    await inHome('ip', 'address', 'delete', '192.168.2.2/32', 'dev', 'eth1');
    expect(await reaches('web1', '192.168.2.1')).toBe(true);
  });

  test('it is plugged in again when somebody unplugs it', async () => {
    await execa('ip', ['link', 'set', 'home1', 'nomaster']);
    await until('the interface', async () => (await master()) === 'uml0', 20_000);
  });

  test('one with an address of this host is refused, and the guests go on', async () => {
    await cable('plain0', 'eth2');
    await execa('ip', ['address', 'add', '10.98.0.1/24', 'dev', 'plain0']);
    await host('Uplink=plain0');
    await until(
      'the refusal',
      () => /has an address of this host, 10\.98\.0\.1\/24/.test(daemon.output),
      10_000,
    );
    const { stdout } = await execa('ip', ['-json', 'link', 'show', 'plain0']);
    expect(JSON.parse(stdout)).toMatchObject([{ ifname: 'plain0' }]);
    expect(stdout).not.toContain('master');
    expect(await daemon.status('web1')).toMatchObject({ state: 'running' });
  });

  test('and given back when no network has it', async () => {
    await until('the interface', async () => (await master()) === undefined, 20_000);
    const shown = async () => (await execa('ip', ['-json', 'link', 'show', 'home1'])).stdout;
    await until('its mark to go', async () => !(await shown()).includes('umlnfs.'), 20_000);
  });
});

describe('a network behind a guest', () => {
  const routes = async () => (await execa('ip', ['route', 'show', 'proto', '117'])).stdout;

  test('is reached through it', async () => {
    await host('Routes=10.77.0.0/24 via 192.168.2.3');
    const more = '[Network]\nAllowedAddresses=10.77.0.0/24\n[Restart]\nDelaySec=100ms\n';
    await daemon.define('web2', `[Guest]\nAddress=192.168.2.3\nMemory=64M\n${more}`);
    await until('the route', async () => (await routes()).includes('10.77.0.0/24 via 192.168.2.3'), 20_000);
    await daemon.inside('web2', '/bin/busybox ip address add 10.77.0.1/24 dev lo');
    await until(
      'an answer',
      async () =>
        (await execa('busybox', ['ping', '-c', '1', '-W', '1', '10.77.0.1'], { reject: false })).exitCode ===
        0,
      10_000,
    );
  });

  test('comes back when somebody removes it, and goes with its definition', async () => {
    await execa('ip', ['route', 'delete', '10.77.0.0/24']);
    await until('the route', async () => (await routes()).includes('10.77.0.0/24'), 20_000);
    await host('');
    await until('the route to go', async () => (await routes()) === '', 20_000);
  });
});

test('nothing of it is left when the last guest goes', async () => {
  await host('Uplink=nat\nRoutes=10.77.0.0/24 via 192.168.2.3');
  await until('the table', async () => (await outside()).exitCode === 0, 20_000);
  for (const guest of ['web1', 'web2']) await rm(daemon.definition(guest));
  await until('the tables to go', async () => (await execa('nft', ['list', 'tables'])).stdout === '', 60_000);
});
