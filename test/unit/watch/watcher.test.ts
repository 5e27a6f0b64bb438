import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchDefinitions } from '../../../src/watch/watcher.ts';
import { DefinitionTree } from '../../support/definition-tree.ts';
import { until } from '../../support/poll.ts';

let tree: DefinitionTree;
let calls: number[];
let watcher: { close(): Promise<void> } | undefined;

beforeEach(async () => {
  tree = await DefinitionTree.make();
  calls = [];
});

afterEach(async () => {
  await watcher?.close();
  watcher = undefined;
  await tree.remove();
});

async function watch(): Promise<void> {
  const { directories, hostFile } = tree;
  watcher = await watchDefinitions({ directories, hostFile }, () => calls.push(performance.now()));
  // What was done just before may still be reported.
  await quiet();
  calls.length = 0;
}

/** Resolves when no call came for 300 ms: three times the quiet time. */
async function quiet(): Promise<void> {
  let seen = -1;
  while (seen !== calls.length) {
    seen = calls.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function called(what: string): Promise<void> {
  await until(what, () => calls.length > 0, 2_000);
  await quiet();
  calls.length = 0;
}

describe('watchDefinitions', { timeout: 30_000 }, () => {
  it('reports added, changed, replaced and removed files', async () => {
    const path = await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n');
    await watch();
    await appendFile(path, 'Address=192.168.2.2\n');
    await called('a change');
    await writeFile(`${path}.new`, '[Guest]\nAddress=192.168.2.3\n');
    await rename(`${path}.new`, path);
    await called('a replacement');
    await appendFile(path, '# again\n');
    await called('a change of the replaced file');
    await writeFile(join(tree.path('etc/umlnfs.d'), 'web2.conf'), '[Guest]\n');
    await called('a new file');
    await rm(path);
    await called('a removal');
  });

  it('reports drop-ins, their directory made just before', async () => {
    await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n');
    await watch();
    const dropIn = await tree.writeNow('etc/umlnfs.d/web1.conf.d/10-memory.conf', '[Guest]\nMemory=64M\n');
    await called('a drop-in');
    await appendFile(dropIn, '# more\n');
    await called('a change of the drop-in');
    await rm(tree.path('etc/umlnfs.d/web1.conf.d'), { recursive: true });
    await called('the drop-ins gone');
  });

  it('reports the host file, whether it was there or not', async () => {
    await mkdir(tree.path('etc'), { recursive: true });
    await watch();
    await tree.writeNow('etc/umlnfs.conf', '[Bridge]\n');
    await called('the host file made');
    await appendFile(tree.hostFile, 'Name=br0\n');
    await called('the host file changed');
    await rm(tree.hostFile);
    await called('the host file removed');
  });

  it('finds directories that appear, vanish and come again, with all that is above them', async () => {
    await watch();
    await tree.writeNow('etc/umlnfs.d/web1.conf', '[Guest]\n');
    await called('a directory made with a file in it');
    await appendFile(tree.path('etc/umlnfs.d/web1.conf'), '# changed\n');
    await called('a change in it');
    await rename(tree.path('etc'), tree.path('old'));
    await called('the directory above it moved away');
    await tree.writeNow('etc/umlnfs.d/web2.conf', '[Guest]\n');
    await called('the directory made again');
    await appendFile(tree.path('etc/umlnfs.d/web2.conf'), '# changed\n');
    await called('a change in the new one');
    await rm(tree.path('etc/umlnfs.d'), { recursive: true });
    await called('the directory removed');
    await tree.writeNow('usr/lib/umlnfs.d/web3.conf', '[Guest]\n');
    await called('another directory made');
  });

  it('follows links to files elsewhere', async () => {
    const target = await tree.write('elsewhere/web1.txt', '[Guest]\n');
    await mkdir(tree.path('etc/umlnfs.d'), { recursive: true });
    await symlink(target, tree.path('etc/umlnfs.d/web1.conf'));
    await watch();
    await appendFile(target, 'Address=192.168.2.2\n');
    await called('a change of the target');
    const other = await tree.write('elsewhere/web1-new.txt', '[Guest]\n');
    await symlink(other, tree.path('etc/umlnfs.d/new'));
    await rename(tree.path('etc/umlnfs.d/new'), tree.path('etc/umlnfs.d/web1.conf'));
    await called('the link leading elsewhere');
    await appendFile(other, 'Address=192.168.2.2\n');
    await called('a change of the new target');
  });

  it.each(['deleted and made again', 'made again later', 'not there at first'])(
    'follows a link whose target is %s',
    async (how) => {
      const target = tree.path('elsewhere/web1.txt');
      const make = () => tree.writeNow('elsewhere/web1.txt', '[Guest]\n');
      if (how !== 'not there at first') await make();
      await mkdir(tree.path('etc/umlnfs.d/web1.conf.d'), { recursive: true });
      await symlink('../../elsewhere/web1.txt', tree.path('etc/umlnfs.d/web1.conf'));
      await symlink(target, tree.path('etc/umlnfs.d/web1.conf.d/10-more.conf'));
      await symlink(target, tree.hostFile);
      await watch();
      if (how !== 'not there at first') {
        await rm(target);
        if (how === 'made again later') await called('the target removed');
      }
      await make();
      await called('the target made');
      for (const round of ['once', 'twice']) {
        await appendFile(target, 'Address=192.168.2.2\n');
        await called(`the new target changed ${round}`);
        await rm(target);
        await make();
        await called(`the target made again ${round}`);
      }
      await rm(tree.path('elsewhere'), { recursive: true });
      await called('the directory of the target removed');
      await make();
      await called('the directory of the target made again');
      await appendFile(target, 'Address=192.168.2.2\n');
      await called('a change in it');
    },
  );

  it("says nothing about editors' own files", async () => {
    await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n');
    await watch();
    for (const name of [
      '.web1.conf.swp',
      'web1.conf~',
      '4913',
      '#web1.conf#',
      'web1.conf.dpkg-new',
      '.#web1.conf',
    ]) {
      await tree.writeNow(`etc/umlnfs.d/${name}`, 'x');
    }
    await quiet();
    expect(calls).toEqual([]);
  });

  it('turns a burst of a thousand changes into a few calls, the first within half a second', async () => {
    await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n');
    await watch();
    const started = performance.now();
    for (let index = 0; index < 1000; index += 1) {
      await writeFile(tree.path(`etc/umlnfs.d/web${index % 50}.conf`), `[Guest]\nMemory=${index + 16}M\n`);
    }
    const ended = performance.now();
    await quiet();
    expect(calls.length).toBeGreaterThan(0);
    // One per 500 ms of the burst, and those of the quiet after it.
    expect(calls.length).toBeLessThanOrEqual(Math.ceil((ended - started) / 500) + 2);
    expect((calls[0] ?? 0) - started).toBeLessThan(1500);
    expect((calls.at(-1) ?? 0) - ended).toBeGreaterThan(0);
  });

  it('calls nobody after it was closed', async () => {
    await tree.write('etc/umlnfs.d/web1.conf', '[Guest]\n');
    await watch();
    await appendFile(tree.path('etc/umlnfs.d/web1.conf'), '# changed\n');
    await watcher?.close();
    await appendFile(tree.path('etc/umlnfs.d/web1.conf'), '# changed\n');
    await quiet();
    expect(calls).toEqual([]);
  });
});
