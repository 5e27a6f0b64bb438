import { join } from 'node:path';
import { expect, test } from 'vitest';
import { install, useContainer } from './container/use-container.ts';

const host = useContainer(install);
const units = [
  'umlnfsd.service',
  'umlnfs@.service',
  'umlnfs.target',
  'umlnfs.slice',
  'umlnfs-ganesha.service',
  'umlnfs-dnsmasq@.service',
];

test('after the installation the daemon runs, and is there after the next boot', async () => {
  const container = host();
  for (const unit of ['umlnfsd.service', 'umlnfs.target'])
    expect(await container.sh(`systemctl is-active ${unit}; systemctl is-enabled ${unit}`)).toBe(
      'active\nenabled',
    );
  expect(await container.exec('systemctl', 'show', '--property=StatusText', '--value', 'umlnfsd')).toBe(
    '0 guests',
  );
  expect(await container.exec('systemctl', 'is-system-running')).toBe('running');
});

test('without guests nothing is changed on the host', async () => {
  const links = await host().exec('ip', '-brief', 'link');
  expect(links.split('\n')).toHaveLength(1);
});

test('everybody may look', async () => {
  const container = host();
  const answer = await container.try(
    'setpriv',
    '--reuid=nobody',
    '--clear-groups',
    'umlnfs',
    'status',
    '--json',
  );
  expect(answer).toEqual({ status: 0, stdout: '[]', stderr: '' });
});

test('the units are without faults', async () => {
  const names = units.map((unit) => unit.replace('@.', '@guest.'));
  expect(await host().exec('systemd-analyze', 'verify', ...names)).toBe('');
});

test('man finds the manual', async () => {
  const container = host();
  for (const page of [
    'umlnfs.1',
    'umlnfsd.8',
    'umlnfs.conf.5',
    'umlnfs-guest.5',
    'org.umlnfs1.5',
    'umlnfs@.service.8',
  ])
    expect(await container.exec('man', '--where', ...page.split(/\.(?=\d$)/).reverse())).toContain(page);
});

test('bash completes verbs and guests once it is told to', async () => {
  const complete = `
    source /usr/share/bash-completion/bash_completion
    _comp_load umlnfs
    COMP_LINE='umlnfs sta' COMP_WORDS=(umlnfs sta) COMP_CWORD=1
    _umlnfs
    echo "\${COMPREPLY[*]}"`;
  expect(await host().exec('bash', '-c', complete)).toBe('status start');
});

test('the smoke test that comes with the package passes', async () => {
  const container = host();
  await container.copy(join(import.meta.dirname, '../../packaging/debian/tests/smoke'), '/root/smoke');
  const { status, stdout, stderr } = await container.try('/root/smoke');
  expect(status, `${stdout}\n${stderr}`).toBe(0);
});
