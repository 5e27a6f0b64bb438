import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GuestStatus } from '../../src/model/status.ts';
import type { Container } from './container/container.ts';
import { type Untailored, untailoredTree } from './container/roots.ts';
import { install, useContainer } from './container/use-container.ts';

const guests = [
  { name: 'new-networkd', root: 'trixie', style: 'networkd', address: '192.168.2.2' },
  { name: 'new-ifupdown', root: 'trixie', style: 'ifupdown', address: '192.168.2.3' },
  { name: 'new-none', root: 'trixie', style: 'none', address: '192.168.2.4' },
  { name: 'old-networkd', root: 'bookworm', style: 'networkd', address: '192.168.2.5' },
  { name: 'old-ifupdown', root: 'bookworm', style: 'ifupdown', address: '192.168.2.6' },
  { name: 'sysvinit', root: 'sysvinit', style: 'ifupdown', address: '192.168.2.7' },
] as const;

const keys = mkdtempSync(join(tmpdir(), 'umlnfs-keys-'));
const secret = join(keys, 'id');
afterAll(() => rmSync(keys, { recursive: true }));

/** What a guest sees of itself, once it is up and before it says so. */
const look = `#!/bin/sh
{
  ip -brief address show scope global
  ip route
  grep ' / ' /proc/mounts
  getent hosts "$(cat /proc/sys/kernel/hostname)"
  getent ahostsv4 www.example.org
  id ann
  [ ! -d /run/systemd/system ] || systemctl --failed --no-legend --plain
} >/facts.new 2>&1
mv /facts.new /facts
`;
const lookUnit = `[Unit]
After=network.target
Before=multi-user.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/look
[Install]
WantedBy=multi-user.target
`;

/** Answers every question for an address with 192.0.2.7. */
const nameServer = `const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (question, from) => {
  let end = 12;
  while (question[end] !== 0) end += question[end] + 1;
  const asked = question.subarray(12, end + 5);
  const isA = asked.readUInt16BE(asked.length - 4) === 1;
  const head = Buffer.from([question[0], question[1], 0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
  socket.send(Buffer.concat(isA ? [head, asked, answer] : [head, asked]), from.port, from.address);
});
socket.bind(53);
`;

async function makeGuest(container: Container, { name, root, style, address }: (typeof guests)[number]) {
  await container.copy(await untailoredTree(root), `/export/${name}`);
  const hours = 'StartTimeoutSec=170\nStopTimeoutSec=110\n';
  await container.write(
    `/etc/umlnfs.d/${name}.conf`,
    `[Guest]\nAddress=${address}\nAutostart=no\n${hours}[Network]\nDNS=192.168.2.1\n`,
  );
  await container.write(`/export/${name}/usr/local/sbin/look`, look);
  await container.exec('chmod', '755', `/export/${name}/usr/local/sbin/look`);
  await lookAtStart(container, name, root);
  await container.exec(
    ...['umlnfs', 'rootfs', 'tailor', `--network=${style}`, '--user=ann:1234', '--lock-root'],
    ...['--ssh-key=/root/id.pub=ann', name],
  );
}

async function lookAtStart(container: Container, name: string, root: Untailored): Promise<void> {
  const directory = `/export/${name}/etc`;
  if (root === 'sysvinit') {
    await container.sh(`echo 'look:2:wait:/usr/local/sbin/look' >>${directory}/inittab`);
    return;
  }
  await container.write(`${directory}/systemd/system/look.service`, lookUnit);
  const wants = `${directory}/systemd/system/multi-user.target.wants`;
  await container.sh(`mkdir -p ${wants} && ln -s ../look.service ${wants}`);
}

// Made once; each takes as long as a Debian does.
beforeAll(async () => {
  for (const { root } of guests) await untailoredTree(root);
}, 1_200_000);

const host = useContainer(async (container) => {
  await install(container);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', secret]);
  await container.write('/root/id.pub', readFileSync(`${secret}.pub`, 'utf8'));
  await container.write('/root/names.js', nameServer);
  await container.exec('systemd-run', '--unit=names', 'node', '/root/names.js');
  for (const guest of guests) await makeGuest(container, guest);
});

async function statusOf(name: string): Promise<GuestStatus> {
  const [status] = JSON.parse((await host().try('umlnfs', 'status', '--json', name)).stdout) as GuestStatus[];
  if (status === undefined) throw new Error(`no status of ${name}`);
  return status;
}

describe.each(guests)('$root with $style', ({ name, root, style, address }) => {
  beforeAll(async () => {
    await host().exec('umlnfs', 'start', name);
  });

  test('says itself that it is ready, on the network and with names', async () => {
    const facts = await host().read(`/export/${name}/facts`);
    expect(facts).toMatch(new RegExp(`^(vec0|eth0)\\s+\\S+\\s+${address}/24`, 'm'));
    expect(facts).toMatch(/^default via 192\.168\.2\.1 /m);
    expect(facts).toMatch(/^192\.168\.2\.1:\S* \/ nfs4 rw/m);
    expect(facts).toMatch(new RegExp(`^127\\.0\\.1\\.1\\s+${name}$`, 'm'));
    expect(facts).toMatch(/^192\.0\.2\.7\s+STREAM\s+www\.example\.org$/m);
    expect(facts).toContain('uid=1234(ann) gid=1234(ann)');
    // Last are the units that failed.
    expect(facts.trimEnd().split('\n').at(-1)).toContain('uid=1234(ann)');
  });

  test('is tailored: nothing is left to do', async () => {
    const again = await host().exec('umlnfs', 'rootfs', 'tailor', '--dry-run', `--network=${style}`, name);
    expect(again).toBe('');
  });

  const letsIn = () => {
    const leader = host().path('').split('/')[2] ?? '';
    const ssh = (user: string) =>
      execFileSync(
        'nsenter',
        [
          ...[
            `--target=${leader}`,
            '--net',
            'ssh',
            '-i',
            secret,
            '-oBatchMode=yes',
            '-oStrictHostKeyChecking=no',
          ],
          ...['-oUserKnownHostsFile=/dev/null', '-oConnectTimeout=30', `${user}@${address}`, 'id', '-un'],
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
    expect(ssh('ann')).toBe('ann\n');
    expect(() => ssh('root')).toThrow(/Permission denied/);
  };
  // The others have no OpenSSH.
  if (root === 'trixie') test('lets the key in, and nobody else', letsIn);

  test('powers off by ctrl-alt-del, and nothing hangs', async () => {
    const began = performance.now();
    await host().exec('umlnfs', 'stop', name);
    const seconds = (performance.now() - began) / 1000;
    const status = await statusOf(name);
    expect(status.state).toBe('stopped');
    // Harder means come after the time of StopTimeoutSec=.
    expect(status.lastEndDetail).toMatch(/reboot: (Power down|System halted)/);
    expect(seconds).toBeLessThan(100);
  });
});
