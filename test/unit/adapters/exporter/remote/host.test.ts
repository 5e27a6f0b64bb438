import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { RemoteHost } from '../../../../../src/adapters/exporter/remote/host.ts';

/** The scripts run by the shell of this machine, where they find no tables of ours. */
const here = new RemoteHost(
  { run: async (_, script) => (await execa('sh', { input: script })).stdout },
  { name: 'root@nfs1', table: 'unit-test' },
);
const wanted = { guest: 'web1', client: '192.168.2.2', options: ['rw'] };

describe('the scripts', () => {
  it('resolve paths of any form, and keep one that is not there', async () => {
    const odd = ["/it's $(not) there", '/a\nb', '/proc/self/../version'];
    const { resolved, own, copy } = await here.look(odd);
    expect([...resolved]).toEqual([
      [odd[0], odd[0]],
      [odd[1], odd[1]],
      [odd[2], '/proc/version'],
    ]);
    expect([own, copy]).toEqual(['', '']);
  });

  it('tell directories and mount points', async () => {
    await here.check('try', { ...wanted, path: '/usr/lib' });
    await expect(here.check('try', { ...wanted, path: "/it's" })).rejects.toThrow(
      "there is no directory /it's",
    );
    await expect(here.check('try', { ...wanted, path: '/usr/lib', options: ['mp'] })).rejects.toThrow(
      'nothing is mounted at /usr/lib',
    );
    await here.check('try', { ...wanted, path: '/usr/lib', options: ['mp=/proc'] });
  });
});

it.each(['', 'threads x\n', 'hello', 'threads 1\nown AAAA'])(
  'an answer that is none is told: %j',
  async (text) => {
    const other = new RemoteHost({ run: async () => text }, { name: 'root@nfs1', table: 'unit-test' });
    await expect(other.look([])).rejects.toThrow(
      'cannot read the exports of root@nfs1: its answer cannot be read',
    );
  },
);
