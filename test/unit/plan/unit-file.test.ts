import { expect, test } from 'vitest';
import type { GuestWanted } from '../../../src/model/desired.ts';
import { type UnitFileContext, unitDropIn } from '../../../src/plan/unit-file.ts';
import { guestWanted } from '../../support/model.ts';

const context: UnitFileContext = { systemd: 257, guestsDirectory: '/run/umlnfs/guests', clients: new Map() };

function lines(
  ...[change, where]: [Parameters<typeof guestWanted>[0]?, Partial<UnitFileContext>?]
): string[] {
  return unitDropIn(guestWanted(change), { ...context, ...where }).split('\n');
}

/** The values of a setting, in order. */
function values(name: string, text: readonly string[]): string[] {
  return text.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
}

const restart = guestWanted().restart;

test('the definition becomes limits and a restart policy', () => {
  const text = lines();
  expect(values('Restart', text)).toEqual(['on-failure']);
  expect(values('RestartForceExitStatus', text)).toEqual(['133 SIGQUIT']);
  expect(values('TimeoutStartSec', text)).toEqual(['90000ms']);
  expect(values('StartLimitBurst', text)).toEqual(['5']);
  expect(values('StartLimitIntervalSec', text)).toEqual(['600000ms']);
  expect(values('Environment', text)).toEqual(['UMLNFS_STOP_TIMEOUT_MS=30000']);
});

test('each delay doubles the one before, up to the longest, and guests do not all have the same', () => {
  expect(values('RestartMaxDelaySec', lines())).toEqual(['60000ms']);
  expect(values('RestartSteps', lines())).toEqual(['6']);
  const delays = ['web1', 'web2', 'web3', 'a'].map((name) =>
    Number.parseInt(values('RestartSec', lines({ name }))[0] ?? '', 10),
  );
  for (const delay of delays) {
    expect(delay).toBeGreaterThanOrEqual(750);
    expect(delay).toBeLessThanOrEqual(1_000);
  }
  expect(new Set(delays).size).toBeGreaterThan(1);
});

test('a longest delay that is none above the first needs no steps', () => {
  const text = lines({ restart: { ...restart, delay: 5_000, maxDelay: 5_000 } });
  expect(values('RestartSteps', text)).toEqual([]);
});

test('an older systemd is told nothing that it does not know', () => {
  expect(lines({}, { systemd: 252 }).filter((line) => /^Restart(Steps|MaxDelaySec)=/.test(line))).toEqual([]);
});

test('without restarts a reboot is none either', () => {
  const text = lines({ restart: { ...restart, policy: 'no' } });
  expect(values('Restart', text)).toEqual(['no']);
  expect(values('RestartForceExitStatus', text)).toEqual([]);
});

test('a stop has time for all phases', () => {
  const [text = ''] = values('TimeoutStopSec', lines({ stopTimeout: 10_000 }));
  // 10 s for ctrl-alt-del, then sync and halt, and a second for each of three requests.
  expect(Number.parseInt(text, 10)).toBeGreaterThan(10_000 + 1_500 + 3_000 + 3_000);
});

test('a description is text, whatever is in it', () => {
  const description = 'Web %n\u001b[31m of $HOME\n[Service]\nUser=root \\\\\\';
  const text = lines({ description });
  expect(values('Description', text)).toEqual([
    'User Mode Linux guest web1 (Web %%n of $HOME[Service]User=root )',
  ]);
  expect(values('User', text)).toEqual([]);
  expect(text.some((line) => line.endsWith('\\'))).toBe(false);
});

test('other places than the usual ones are told', () => {
  expect(lines().some((line) => /Directory|Paths=/.test(line))).toBe(false);
  const text = lines({ kernel: '/home/me/a "b":%c/linux' }, { guestsDirectory: '/run/o ther/guests' });
  expect(values('Environment', text)).toContain('"UMLNFS_GUEST_DIRECTORY=/run/o ther/guests/web1"');
  expect(values('ReadWritePaths', text)).toEqual(['"-/run/o ther/guests/web1/uml"']);
  expect(values('BindReadOnlyPaths', text)).toEqual(['"-/home/me/a \\"b\\":%%c/linux"']);
});

test('a disk that is missing hinders no command of the unit, the stop least of all', () => {
  const disk = (path: string) => ({ path, directory: undefined });
  const text = lines({ disks: [disk('/srv/a.img'), disk('/home/me/b.img')] });
  expect(values('ReadWritePaths', text)).toEqual(['"-/srv/a.img"']);
  expect(values('BindPaths', text)).toEqual(['"-/home/me/b.img"']);
});

test('a root on this host is mounted before its guest starts, and until it has ended', () => {
  expect(values('RequiresMountsFor', lines())).toEqual(['"/export/web1"']);
  const root = { ...guestWanted().root, local: false };
  expect(values('RequiresMountsFor', lines({ root }))).toEqual([]);
});

test('a server has as long to stop as the guests take that stop before it, and those before them', () => {
  const slow = guestWanted({ name: 'slow', stopTimeout: 100_000 });
  const between = guestWanted({ name: 'between' });
  const limit = (name: string, clients: ReadonlyMap<string, readonly GuestWanted[]>) =>
    Number.parseInt(values('TimeoutStopSec', lines({ name }, { clients }))[0] ?? '', 10);
  const alone = limit('files', new Map());
  expect(limit('files', new Map([['files', [between]]]))).toBeGreaterThan(alone);
  const longest = limit('files', new Map([['files', [between, slow]]]));
  expect(longest).toBeGreaterThan(100_000);
  const chain = new Map([
    ['files', [between]],
    ['between', [slow]],
  ]);
  expect(limit('files', chain)).toBeGreaterThan(longest + alone - 1);
});
