import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bus, connectBus } from '../../../../src/adapters/dbus/bus.ts';
import { ensurePrivateBus, stopPrivateBus } from '../../../../src/adapters/dbus/private-bus.ts';
import { GaneshaExporter } from '../../../../src/adapters/exporter/ganesha/ganesha.ts';
import { Nfsd, type Served } from '../../../../src/adapters/exporter/ganesha/nfsd.ts';
import { ensureBridge } from '../../../../src/adapters/ip/bridge.ts';
import type { ExportWanted } from '../../../../src/model/desired.ts';
import { anyBridge } from '../../../support/model.ts';
import { until } from '../../../support/poll.ts';

const address = '192.168.2.1';
const recipe = ['rw', 'fsid=0', 'async', 'wdelay', 'no_root_squash', 'no_subtree_check'];
let directory: string;
let runtime: string;
const opened: GaneshaExporter[] = [];

function exporter(over: { sharedBus?: string | false } = {}): GaneshaExporter {
  const made = new GaneshaExporter({ runtime, addresses: () => [address], sharedBus: false, ...over });
  opened.push(made);
  return made;
}

async function root(name: string): Promise<string> {
  const path = join(directory, 'export', name);
  await mkdir(path, { recursive: true });
  return path;
}

async function wanted(guest: string, over: Partial<ExportWanted> = {}): Promise<ExportWanted> {
  return { guest, path: await root(guest), client: '192.168.2.2', options: recipe, ...over };
}

const pidFile = () => readFile(join(runtime, 'ganesha/ganesha.pid'), 'utf8').then(Number);

async function onBus<T>(use: (nfsd: Nfsd, bus: Bus) => Promise<T>, where?: string): Promise<T> {
  const bus = await connectBus(where ?? (await ensurePrivateBus(runtime)));
  try {
    return await use(new Nfsd(bus), bus);
  } finally {
    bus.close();
  }
}

const served = (): Promise<readonly Served[]> => onBus((nfsd) => nfsd.exports());

beforeAll(async () => {
  await ensureBridge({ ...anyBridge, name: 'tgan0', address, prefix: 24 });
});

afterAll(async () => {
  await execa('ip', ['link', 'delete', 'dev', 'tgan0']);
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-ganesha-'));
  runtime = join(directory, 'run');
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close({ stopServer: true });
  await stopPrivateBus(runtime);
  await rm(directory, { recursive: true });
});

describe('a server of our own', () => {
  it('is started, exports on the running server, and shows what it does', async () => {
    const one = exporter();
    expect(await one.observe()).toEqual({
      kind: 'ganesha',
      running: false,
      problem: 'NFS-Ganesha does not run',
      exports: [],
    });
    await one.start();
    await one.add(await wanted('web1'));
    await one.add(
      await wanted('web2', { client: '192.168.2.3', options: ['ro', 'all_squash', 'anonuid=7'] }),
    );
    const seen = await one.observe();
    expect(seen.running).toBe(true);
    expect(seen.exports.filter(({ guest }) => guest !== undefined)).toEqual(
      expect.arrayContaining([
        { guest: 'web1', path: await root('web1'), client: '192.168.2.2', options: recipe, whole: true },
        {
          guest: 'web2',
          path: await root('web2'),
          client: '192.168.2.3',
          options: ['ro', 'all_squash', 'anonuid=7'],
          whole: true,
        },
      ]),
    );
    const { stdout } = await execa('ss', ['-Hltn', 'sport = :2049']);
    expect(stdout.split('\n')).toHaveLength(1);
    await one.remove('web1', await root('web1'), '192.168.2.2');
    await one.remove('web1', await root('web1'), '192.168.2.2');
    expect((await one.observe()).exports.map(({ guest }) => guest)).toEqual(['web2']);
  });

  it('changes options and clients in place', async () => {
    const one = exporter();
    await one.start();
    await one.add(await wanted('web1'));
    const before = (await served()).find(({ tag }) => tag !== '');
    await one.add(await wanted('web1', { options: ['ro'] }));
    expect((await one.observe()).exports).toMatchObject([{ client: '192.168.2.2', options: ['ro'] }]);
    await one.add(await wanted('web1', { client: '192.168.2.9' }));
    expect((await one.observe()).exports).toMatchObject([
      { client: '192.168.2.2', options: ['ro'] },
      { client: '192.168.2.9', options: recipe },
    ]);
    await one.remove('web1', await root('web1'), '192.168.2.2');
    expect((await one.observe()).exports).toMatchObject([{ client: '192.168.2.9', options: recipe }]);
    expect((await served()).find(({ tag }) => tag !== '')?.id).toBe(before?.id);
  });

  it('lets guests share one directory, and refuses one root inside another', async () => {
    const one = exporter();
    await one.start();
    const path = await root('golden');
    await one.add(await wanted('web1', { path, options: ['ro'] }));
    await one.add(await wanted('web2', { path, options: ['ro'], client: '192.168.2.3' }));
    expect((await one.observe()).exports.map(({ guest }) => guest).sort()).toEqual(['web1', 'web2']);
    await one.add(await wanted('outer'));
    await expect(one.add(await wanted('inner', { path: await root('outer/inner') }))).rejects.toThrow(
      /cannot export one root inside another/,
    );
  });

  it('refuses what cannot be exported, in words, and keeps nothing of it', async () => {
    const one = exporter();
    await one.start();
    const path = join(directory, 'missing');
    await expect(one.add(await wanted('web1', { path }))).rejects.toThrow(`there is no directory ${path}`);
    await expect(one.add(await wanted('web1', { options: ['xprtsec=tls'] }))).rejects.toThrow(/xprtsec/);
    await expect(one.add(await wanted('web1', { options: ['rw', 'mp'] }))).rejects.toThrow(
      /nothing is mounted/,
    );
    const hostile = await root('a"; } EXPORT { Path = "/etc');
    await expect(one.add(await wanted('web1', { path: hostile }))).rejects.toThrow(/cannot be said/);
    await expect(one.add(await wanted('web1', { client: '*; }' }))).rejects.toThrow(
      /neither an IPv4 address/,
    );
    expect((await one.observe()).exports).toEqual([]);
  });

  it('does many at once', async () => {
    const one = exporter();
    await one.start();
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) => wanted(`g${index}`, { client: `192.168.2.${index + 2}` })),
    );
    await Promise.all(all.map((each) => one.add(each)));
    const seen = await one.observe();
    expect(seen.exports.filter(({ whole }) => whole)).toHaveLength(50);
    await Promise.all(all.map(({ guest, path, client }) => one.remove(guest, path, client)));
    expect((await one.observe()).exports).toEqual([]);
  });

  it('outlives an exporter that lets go, is adopted by the next, and ends with it where asked', async () => {
    const first = exporter();
    await first.start();
    await first.add(await wanted('web1'));
    const pid = await pidFile();
    await first.close({ stopServer: false });
    const second = exporter();
    expect((await second.observe()).exports).toMatchObject([{ guest: 'web1', options: recipe, whole: true }]);
    await second.start();
    expect(await pidFile()).toBe(pid);
    await second.close({ stopServer: true });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('is noticed when killed, and comes back with the same exports under the same numbers', async () => {
    const one = exporter();
    await one.start();
    await one.add(await wanted('web1'));
    await one.add(await wanted('gone'));
    const ids = (await served()).map(({ id, tag }) => [id, tag]).sort();
    let changes = 0;
    one.onChange(() => {
      changes += 1;
    });
    process.kill(await pidFile(), 'SIGKILL');
    await until('the end to be noticed', () => changes > 0);
    await until('the server to be gone', async () => !(await one.observe()).running);
    await one.start();
    expect((await served()).map(({ id, tag }) => [id, tag]).sort()).toEqual(ids);
    expect((await one.observe()).exports.every(({ whole }) => whole)).toBe(true);

    process.kill(await pidFile(), 'SIGKILL');
    await until('the server to be gone', async () => !(await one.observe()).running);
    await rm(await root('gone'), { recursive: true });
    await one.start();
    expect((await one.observe()).exports).toMatchObject([{ guest: 'web1' }]);
  });

  it('is noticed by an exporter that only adopted it, also when an export is removed by hand', async () => {
    const first = exporter();
    await first.start();
    await first.add(await wanted('web1'));
    await first.close({ stopServer: false });
    const second = exporter();
    await second.observe();
    let changes = 0;
    second.onChange(() => {
      changes += 1;
    });
    const [mine] = (await served()).filter(({ tag }) => tag !== '');
    await onBus((nfsd) => nfsd.remove('test', mine?.id ?? -1));
    await until('the removal to be noticed', () => changes > 0);
    expect((await second.observe()).exports).toEqual([]);
    await second.add(await wanted('web1'));
    expect((await served()).some(({ id }) => id === mine?.id)).toBe(true);
    changes = 0;
    process.kill(await pidFile(), 'SIGKILL');
    await until('the end to be noticed', () => changes > 0);
  });

  it('comes back when it hangs', async () => {
    const one = exporter();
    await one.start();
    await one.add(await wanted('web1'));
    const before = await pidFile();
    process.kill(before, 'SIGSTOP');
    expect(await one.observe()).toMatchObject({
      running: false,
      problem: expect.stringMatching(/^NFS-Ganesha does not answer/),
    });
    await one.start();
    expect(await pidFile()).not.toBe(before);
    expect((await one.observe()).exports).toMatchObject([{ guest: 'web1', whole: true }]);
  });

  it('comes back when its bus was killed', async () => {
    const one = exporter();
    await one.start();
    await one.add(await wanted('web1'));
    const before = await pidFile();
    process.kill(Number(await readFile(join(runtime, 'bus.pid'), 'utf8')), 'SIGKILL');
    await until('the loss to be noticed', async () => !(await one.observe()).running);
    await one.start();
    expect(await pidFile()).not.toBe(before);
    expect((await one.observe()).exports).toMatchObject([{ guest: 'web1', whole: true }]);
  });

  it('does without a bad export at its start', async () => {
    const one = exporter();
    await one.start();
    await one.add(await wanted('web1'));
    const [mine] = (await served()).filter(({ tag }) => tag !== '');
    process.kill(await pidFile(), 'SIGKILL');
    await until('the server to be gone', async () => !(await one.observe()).running);
    const file = join(runtime, `ganesha/exports/${mine?.id}.conf`);
    await writeFile(file, (await readFile(file, 'utf8')).replace('Name = VFS', 'Name = NOSUCH'));
    await one.start();
    await one.add(await wanted('web1'));
    expect((await one.observe()).exports).toMatchObject([{ guest: 'web1', whole: true }]);
  });

  it('says why it cannot start', async () => {
    const lost = new GaneshaExporter({ runtime, addresses: () => ['192.168.77.1'], sharedBus: false });
    opened.push(lost);
    await expect(lost.start()).rejects.toMatchObject({
      message: 'cannot start NFS-Ganesha: this host has no address 192.168.77.1',
    });
    const other = createServer().listen(2049, address);
    await once(other, 'listening');
    await expect(exporter().start()).rejects.toMatchObject({
      message: 'cannot start NFS-Ganesha: something else listens on 192.168.2.1, port 2049',
    });
    other.close();
    await exporter().start();
  });
});

describe('a server of somebody else', () => {
  const foreign = join('etc', 'ganesha.conf');

  async function startForeign(numeric: boolean): Promise<string> {
    const bus = await ensurePrivateBus(join(directory, 'system'));
    const config = join(directory, foreign);
    await mkdir(join(directory, 'etc'));
    await writeFile(
      config,
      `NFS_CORE_PARAM { Protocols = 4; Bind_addr = ${address}; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false;
  Allow_Set_Io_Flusher_Fail = true; }
NFSV4 { ${numeric ? 'Only_Numeric_Owners = true;' : '#Only_Numeric_Owners = true;\n'} RecoveryRoot = "${directory}/rec"; }
EXPORT { Export_Id = 77; Path = "${await root('theirs')}"; Pseudo = "${await root('theirs')}"; Access_Type = RW;
  CLIENT { Clients = 192.168.2.50; Access_Type = RW; } FSAL { Name = VFS; } }
`,
    );
    const child = spawn(
      'ganesha.nfsd',
      ['-F', '-f', config, '-L', join(directory, 'log'), '-p', join(directory, 'pid')],
      {
        env: { PATH: process.env.PATH, DBUS_SYSTEM_BUS_ADDRESS: bus },
        stdio: 'ignore',
      },
    );
    end = async () => {
      child.kill('SIGTERM');
      await until('the server to end', () => child.exitCode !== null || child.signalCode !== null);
      await stopPrivateBus(join(directory, 'system'));
    };
    await until('the server', () => onBus((nfsd) => nfsd.ids(), bus).catch(() => undefined));
    return bus;
  }

  let end: () => Promise<void>;
  afterEach(async () => {
    await end();
  });

  it('is used, its exports are left alone, and it is never ended', async () => {
    const sharedBus = await startForeign(true);
    const one = exporter({ sharedBus });
    await one.start();
    await one.add(await wanted('web1'));
    const theirs = { path: await root('theirs'), client: '192.168.2.50', guest: undefined, whole: true };
    expect((await one.observe()).exports).toMatchObject([theirs, { guest: 'web1', whole: true }]);
    await expect(one.add(await wanted('web2', { path: await root('theirs') }))).resolves.toBeUndefined();
    await one.remove('web2', await root('theirs'), '192.168.2.2');
    await one.remove('theirs', await root('theirs'), '192.168.2.50');
    await one.close({ stopServer: true });
    expect(await onBus((nfsd) => nfsd.ids(), sharedBus)).toContain(77);
    await expect(readFile(join(runtime, 'ganesha/ganesha.pid'))).rejects.toThrow('ENOENT');
  });

  it('is a conflict where it exports the same at the same place', async () => {
    const one = exporter({ sharedBus: await startForeign(true) });
    await expect(one.add(await wanted('theirs'))).rejects.toMatchObject({
      message: expect.stringContaining('somebody else exports it already (Export_Id 77)'),
    });
    expect((await one.observe()).exports).toHaveLength(1);
  });

  it('is refused without numeric owners', async () => {
    const one = exporter({ sharedBus: await startForeign(false) });
    await expect(one.add(await wanted('web1'))).rejects.toThrow(/gives owners as names/);
  });
});
