import { expect, test } from 'vitest';
import { install, useContainer } from './container/use-container.ts';

interface Item {
  readonly item: string;
  readonly level: 'ok' | 'warning' | 'failure';
  readonly text: string;
  /** Not there where nothing is wrong. */
  readonly mend?: string;
}

// A host on which umlnfs was just installed: nothing is defined, no daemon need run.
const host = useContainer(async (container) => {
  await install(container);
});

async function doctor(): Promise<{ status: number; verdict: string; items: Item[] }> {
  const { status, stdout } = await host().try('umlnfs', 'doctor', '--json');
  return { status, ...(JSON.parse(stdout) as { verdict: string; items: Item[] }) };
}

const named = (items: readonly Item[], name: string) => items.filter(({ item }) => item === name);

test('every part of the host is looked at before anything is defined', async () => {
  const { items } = await doctor();
  for (const name of [
    'ip',
    'nft',
    '/dev/net/tun',
    'NFS server',
    'NFS-Ganesha',
    'export directory',
    'guest memory',
  ])
    expect(named(items, name), name).not.toEqual([]);
  for (const name of ['extended attributes', 'POSIX ACLs', 'IP forwarding', 'firewall', 'definitions'])
    expect(named(items, name), name).not.toEqual([]);
  expect(named(items, 'kernel /usr/bin/linux.uml')).toMatchObject([{ level: 'ok' }]);
  expect(named(items, '/dev/net/tun')).toMatchObject([{ level: 'ok' }]);
  expect(named(items, 'NFS server')).toMatchObject([
    { level: 'ok', text: expect.stringMatching(/^NFS-Ganesha/) },
  ]);
});

test('the exit status is that of the worst, and each that is wrong has its mend', async () => {
  const { status, verdict, items } = await doctor();
  const failures = items.filter(({ level }) => level === 'failure');
  expect(status).toBe(failures.length > 0 ? 1 : 0);
  expect(verdict === 'failure').toBe(failures.length > 0);
  for (const one of items) expect(one.mend !== undefined, JSON.stringify(one)).toBe(one.level !== 'ok');
});

test('an export directory that users get into is a failure, and its mend mends it', async () => {
  await host().sh('mkdir -p /export && chmod 755 /export');
  const before = await doctor();
  const [found] = named(before.items, 'safety of roots');
  expect(found).toMatchObject({ level: 'failure', mend: 'chmod 700 /export' });
  expect(before.status).toBe(1);
  await host().sh(found?.mend ?? '');
  expect(named((await doctor()).items, 'safety of roots')).toMatchObject([{ level: 'ok' }]);
});

test('a firewall in the way is found, and its mend mends it', async () => {
  await host().sh('nft add table inet wall');
  await host().sh("nft 'add chain inet wall input { type filter hook input priority 0; policy drop; }'");
  const [found] = named((await doctor()).items, 'firewall');
  expect(found).toMatchObject({
    level: 'warning',
    text: expect.stringContaining('chain input of table inet wall drops'),
  });
  await host().sh(found?.mend ?? '');
  expect(named((await doctor()).items, 'firewall')).toMatchObject([{ level: 'ok' }]);
  await host().sh('nft delete table inet wall');
});

test('people get the same in words', async () => {
  const { stdout } = await host().try('umlnfs', 'doctor');
  const { items } = await doctor();
  for (const { item, text } of items) expect(stdout).toContain(`${item}: ${text}`);
});
