import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExportfsExporter } from '../../../../src/adapters/exporter/exportfs/exportfs.ts';
import type { ExportWanted } from '../../../../src/model/desired.ts';
import { UserError } from '../../../../src/model/error.ts';
import { until } from '../../../support/poll.ts';

// The namespace of these tests has its own /etc and /var/lib/nfs: these are the real places.
const own = '/etc/exports.d/umlnfs.exports';
const recipe = ['rw', 'fsid=0', 'async', 'wdelay', 'no_root_squash', 'no_subtree_check'];
const client = '192.168.2.2';
let directory: string;
let opened: ExportfsExporter[] = [];

// The kernel these tests run on may have no NFS server; exportfs keeps its table all the same.
function exporter(threads = 8): ExportfsExporter {
  const made = new ExportfsExporter({ runtime: join(directory, 'run'), threads: async () => threads });
  opened.push(made);
  return made;
}

async function root(name: string): Promise<string> {
  const path = join(directory, name);
  await mkdir(path, { recursive: true });
  return path;
}

async function wanted(guest: string, over: Partial<ExportWanted> = {}): Promise<ExportWanted> {
  return { guest, path: await root(guest), client, options: recipe, ...over };
}

const exportfs = (...args: string[]) => execa('exportfs', args, { reject: false });
const etab = () => readFile('/var/lib/nfs/etab', 'utf8').catch(() => '');

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-exportfs-'));
});

afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
  await exportfs('-ua');
  await rm('/etc/exports.d', { recursive: true, force: true });
  await writeFile('/etc/exports', '');
  await rm(directory, { recursive: true });
});

describe('add and remove', () => {
  it('exports at once, and so that exportfs -ra of somebody else keeps it', async () => {
    const one = exporter();
    await one.add(await wanted('web1'));
    await one.add(await wanted('web2', { client: '192.168.2.0/24', options: ['ro', 'mp=/'] }));
    const seen = await one.observe();
    expect(seen).toMatchObject({ kind: 'exportfs', running: true });
    expect(seen.exports).toEqual(
      expect.arrayContaining([
        { guest: 'web1', path: await root('web1'), client, options: recipe, whole: true },
        {
          guest: 'web2',
          path: await root('web2'),
          client: '192.168.2.0/24',
          options: ['ro', 'mp=/'],
          whole: true,
        },
      ]),
    );
    await exportfs('-ra');
    expect((await one.observe()).exports).toEqual(seen.exports);
    await one.remove('web1', await root('web1'), client);
    await one.remove('web1', await root('web1'), client);
    expect((await one.observe()).exports).toMatchObject([{ guest: 'web2' }]);
    await one.remove('web2', await root('web2'), '192.168.2.0/24');
    await expect(readFile(own)).rejects.toThrow('ENOENT');
    expect(await etab()).toBe('');
  });

  it('changes options, also back to a default', async () => {
    const one = exporter();
    await one.add(await wanted('web1'));
    await one.add(await wanted('web1', { options: ['ro'] }));
    expect((await one.observe()).exports).toMatchObject([{ options: ['ro'], whole: true }]);
    expect(await etab()).not.toContain('fsid=0');
  });

  it('exports a directory behind a link and one with an odd name', async () => {
    const one = exporter();
    const link = join(directory, 'link');
    await symlink(await root('target'), link);
    await one.add(await wanted('web1', { path: link }));
    await one.add(await wanted('web2', { path: await root('a #(b) "c" ä') }));
    await exportfs('-ra');
    expect((await one.observe()).exports).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ guest: 'web1', path: link, whole: true }),
        expect.objectContaining({ guest: 'web2', path: await root('a #(b) "c" ä'), whole: true }),
      ]),
    );
    await one.remove('web1', link, client);
    expect((await one.observe()).exports).toHaveLength(1);
  });

  it('does many at once', async () => {
    const one = exporter();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => wanted(`g${index}`, { client: `192.168.2.${index + 2}` })),
    );
    await Promise.all(all.map((each) => one.add(each)));
    expect((await one.observe()).exports.filter(({ whole }) => whole)).toHaveLength(20);
    await Promise.all(all.map(({ guest, path, client: each }) => one.remove(guest, path, each)));
    expect((await one.observe()).exports).toEqual([]);
  });

  it('refuses what cannot be exported and leaves no trace of it', async () => {
    const one = exporter();
    const missing = join(directory, 'missing');
    await expect(one.add(await wanted('web1', { path: missing }))).rejects.toThrow(
      `there is no directory ${missing}`,
    );
    await expect(one.add(await wanted('web1', { options: ['rw', 'nonsense'] }))).rejects.toThrow(/nonsense/);
    await expect(one.add(await wanted('web1', { options: ['rw)\n/etc *(rw'] }))).rejects.toThrow(UserError);
    await expect(one.add(await wanted('web1', { client: '*' }))).rejects.toThrow(UserError);
    expect(await etab()).toBe('');
    await expect(readFile(own)).rejects.toThrow('ENOENT');
  });
});

describe('what others export', () => {
  it('is seen, and is left alone', async () => {
    await exportfs('-o', 'ro', `192.168.2.77:${await root('theirs')}`);
    const one = exporter();
    await one.add(await wanted('web1'));
    const theirs = { guest: undefined, path: await root('theirs'), client: '192.168.2.77', whole: true };
    expect((await one.observe()).exports).toMatchObject([{ guest: 'web1' }, theirs]);
    await one.remove('web1', await root('theirs'), '192.168.2.77');
    await one.remove('web1', await root('web1'), client);
    expect((await one.observe()).exports).toMatchObject([theirs]);
  });

  it('is a conflict where it is the same', async () => {
    const one = exporter();
    await exportfs('-o', 'ro', `${client}:${await root('web1')}`);
    await expect(one.add(await wanted('web1'))).rejects.toThrow(/somebody else exports it already$/);
    const before = await etab();
    await writeFile('/etc/exports', `"${await root('web2')}" -ro ${client}(rw,sync)\n`);
    await expect(one.add(await wanted('web2'))).rejects.toThrow(
      'somebody else exports it already, in /etc/exports',
    );
    await mkdir('/etc/exports.d');
    await writeFile('/etc/exports.d/x.exports', `${await root('web3')} \\\n ${client}\n`);
    await expect(one.add(await wanted('web3'))).rejects.toThrow('in /etc/exports.d/x.exports');
    expect(await etab()).toBe(before);
    await expect(readFile(own)).rejects.toThrow('ENOENT');
  });

  it('that came later survives the end of ours', async () => {
    const one = exporter();
    await one.add(await wanted('web1'));
    await writeFile('/etc/exports', `${await root('web1')} ${client}(ro)\n`);
    await one.remove('web1', await root('web1'), client);
    expect(await etab()).toContain(await root('web1'));
  });

  it('refuses two guests the same export', async () => {
    const one = exporter();
    await one.add(await wanted('web1'));
    await expect(one.add(await wanted('web2', { path: await root('web1') }))).rejects.toThrow(/for web1/);
  });
});

describe('repair and adoption', () => {
  it('knows its own after everything but one trace is gone', async () => {
    const first = exporter();
    await first.add(await wanted('web1'));
    const entry = { guest: 'web1', path: await root('web1'), client };
    await exportfs('-u', `${client}:${entry.path}`);
    const next = exporter();
    expect((await next.observe()).exports).toEqual([{ ...entry, options: recipe, whole: false }]);
    await next.add(await wanted('web1'));
    expect((await next.observe()).exports).toEqual([{ ...entry, options: recipe, whole: true }]);

    await rm(own);
    const third = exporter();
    expect((await third.observe()).exports).toEqual([{ ...entry, options: recipe, whole: false }]);
    await third.add(await wanted('web1'));
    await rm(join(directory, 'run'), { recursive: true });
    expect((await exporter().observe()).exports).toEqual([{ ...entry, options: recipe, whole: true }]);

    await exportfs('-o', 'ro', `${client}:${entry.path}`);
    const [seen] = (await third.observe()).exports;
    expect(seen).toMatchObject({ ...entry, whole: false });
    expect(seen?.options).toContain('ro');
    await third.add(await wanted('web1'));
    expect((await third.observe()).exports).toEqual([{ ...entry, options: recipe, whole: true }]);
  });

  it('says that the server does not run', async () => {
    expect(await exporter(0).observe()).toMatchObject({
      running: false,
      problem: 'the kernel NFS server does not run',
    });
  });

  /** Counts what an exporter notices, from now on. */
  function listening(one: ExportfsExporter) {
    let changes = 0;
    const end = one.onChange(() => {
      changes += 1;
    });
    const noticed = async (act: () => Promise<unknown>) => {
      await act();
      return until('the change', () => changes > 0);
    };
    // What our own change did to the files comes late: wait until it is quiet, then look.
    const quiet = async () => {
      let last = -1;
      await until('quiet', async () => {
        const same = changes === last;
        last = changes;
        await new Promise((resolve) => setTimeout(resolve, 150));
        return same && changes === last;
      });
      changes = 0;
    };
    return { end, noticed, quiet };
  }

  it.each(['file', 'directory'])(
    'notices that its %s goes, which went and came before within milliseconds',
    async (what) => {
      const one = exporter();
      const { end, noticed, quiet } = listening(one);
      await one.add(await wanted('web1'));
      const text = await readFile(own);
      const gone = what === 'file' ? own : dirname(own);
      const back = async () => {
        await mkdir(dirname(own), { recursive: true });
        await writeFile(own, text);
      };
      for (let round = 0; round < 4; round += 1) {
        for (let pause = 0; pause < 8; pause += 1) {
          await rm(gone, { recursive: true });
          await new Promise((resolve) => setTimeout(resolve, pause));
          await back();
        }
        await quiet();
        await noticed(() => rm(gone, { recursive: true }));
        await back();
      }
      end();
    },
  );

  it('notices what somebody does by hand', async () => {
    const one = exporter();
    const { end, noticed, quiet } = listening(one);
    await one.add(await wanted('web1'));
    await quiet();
    await noticed(async () => exportfs('-u', `${client}:${await root('web1')}`));
    await one.add(await wanted('web1'));
    await quiet();
    await noticed(() => rm(own));
    await one.add(await wanted('web1'));
    await quiet();
    await noticed(() => writeFile('/etc/exports', '# something else\n'));
    end();
  });
});
