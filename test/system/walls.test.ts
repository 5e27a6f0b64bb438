import { expect, test } from 'vitest';
import { install, useContainer } from './container/use-container.ts';

const host = useContainer(install);

// The thresholds of systemd-analyze are tenths.
test.each([
  ['umlnfs@guest.service', 20],
  ['umlnfsd.service', 40],
])('%s is exposed by at most %i tenths', async (unit, threshold) => {
  const answer = await host().try(
    'systemd-analyze',
    'security',
    '--no-pager',
    `--threshold=${threshold}`,
    unit,
  );
  expect(answer.status, answer.stdout).toBe(0);
});

test('every exposure that is left is explained in its unit', async () => {
  const container = host();
  for (const [unit, file] of [
    ['umlnfs@guest.service', 'umlnfs@.service'],
    ['umlnfsd.service', 'umlnfsd.service'],
  ] as const) {
    const text = await container.read(`/usr/lib/systemd/system/${file}`);
    const comments = text
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .join('\n');
    const { stdout } = await container.try('systemd-analyze', 'security', '--no-pager', '--json=short', unit);
    const rows = JSON.parse(stdout) as { set: boolean | null; name: string }[];
    const open = rows.filter((row) => row.set === false).map((row) => row.name);
    expect(open.length).toBeGreaterThan(5);
    expect(open.filter((name) => !subjects(name).some((subject) => comments.includes(subject)))).toEqual([]);
  }
});

/** What a comment may call it: `PrivateNetwork=`, `AF_UNIX`, `SETUID` of `CapabilityBoundingSet=~CAP_SET(UID|GID|PCAP)`. */
function subjects(name: string): string[] {
  const [setting = '', value = ''] = name.split('=~');
  if (value === '') return [setting.replace(/=.*/, '=')];
  const [, before = '', inner, after = ''] = /^(.*?)\((.*)\)(.*)$/.exec(value) ?? [undefined, value, ''];
  return (inner ?? '').split('|').map((part) => `${before}${part}${after}`.replace(/^CAP_|\*$/g, ''));
}
