import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RemoteHost } from '../../../../../src/adapters/exporter/remote/host.ts';
import { RemoteServer } from '../../../../../src/adapters/exporter/remote/server.ts';
import { UserError } from '../../../../../src/model/error.ts';
import { until } from '../../../../support/poll.ts';

const b64 = (text: string) => Buffer.from(text).toString('base64');

/** A machine that answers as its scripts would, slowly enough that questions meet. */
class Machine {
  answers = true;
  looks = 0;
  atOnce = 0;
  most = 0;
  etab = new Set<string>();
  table = '';

  async run(_: string, script: string): Promise<string> {
    this.atOnce += 1;
    this.most = Math.max(this.most, this.atOnce);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.atOnce -= 1;
    if (!this.answers) throw new UserError('reach it', 'it does not answer');
    if (script.includes('echo "threads')) {
      this.looks += 1;
      const paths = [...script.matchAll(/^r '(.*)'$/gm)].map(([, path]) => `path ${b64(path ?? '')}\n`);
      const etab = [...this.etab].map((each) => `${each}\n`).join('');
      return `threads 8\netab ${b64(etab)}\nown ${b64(this.table)}\ncopy ${b64(this.table)}\n${paths.join('')}`;
    }
    const added = /exportfs '-o' '(.*)' '(.*?):(.*)'/.exec(script);
    if (added !== null) this.etab.add(`${added[3]}\t${added[2]}(${added[1]})`);
    const written = /printf '%s' '([\s\S]*)' > /.exec(script);
    if (written !== null) this.table = written[1] ?? '';
    return '';
  }
}

let machine: Machine;
let server: RemoteServer;
let now = 0;
const changed = vi.fn();

beforeEach(() => {
  now = 0;
  changed.mockClear();
  machine = new Machine();
  const host = new RemoteHost(machine, { name: 'root@nfs1', table: 'test' });
  server = new RemoteServer({ host, clock: () => now, onChange: changed });
});

afterEach(() => server.close());

const wanted = (index: number) => ({
  guest: `g${index}`,
  path: `/export/g${index}`,
  client: `192.168.2.${index + 2}`,
  options: ['rw'],
});

it('makes many exports, a few questions at a time', async () => {
  await until('the first look', () => server.seen().reached);
  for (let index = 0; index < 20; index += 1) server.add(wanted(index));
  expect(server.seen().busy.size).toBe(20);
  await until('all of them', () => server.seen().busy.size === 0);
  expect(server.seen().exports.filter(({ whole }) => whole)).toHaveLength(20);
  expect(server.seen().failures.size).toBe(0);
  expect(machine.most).toBeLessThanOrEqual(2);
  expect(changed).toHaveBeenCalled();
});

it('tells why a change failed, and when it may be tried again, later each time', async () => {
  await until('the first look', () => server.seen().reached);
  machine.answers = false;
  for (const delay of [1_000, 2_000, 4_000]) {
    server.add(wanted(1));
    await until('the failure', () => server.seen().busy.size === 0);
    expect(server.seen().failures.get('g1')).toMatchObject({ retryAt: now + delay });
  }
  expect(server.seen()).toMatchObject({ reached: false, problem: 'cannot reach it: it does not answer' });
  machine.answers = true;
  server.add(wanted(1));
  await until('the export', () => server.seen().exports.length === 1);
  await until('the end of it', () => server.seen().busy.size === 0);
  expect(server.seen()).toMatchObject({ reached: true, problem: undefined, failures: new Map() });
});
