import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DropIns } from '../../../../src/adapters/systemd/drop-ins.ts';
import { readLaunch, removeLaunch, writeLaunch } from '../../../../src/adapters/systemd/launch-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-units-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('drop-ins', () => {
  test('are read back as written, and by nobody else', async () => {
    const dropIns = new DropIns(directory, directory);
    await dropIns.write('web1', '[Service]\nRestart=no\n');
    await mkdir(join(directory, 'other@x.service.d'));
    await writeFile(join(directory, 'other@x.service.d/50-umlnfs.conf'), 'x');
    expect(await dropIns.read()).toEqual(new Map([['web1', '[Service]\nRestart=no\n']]));
    await dropIns.write('web1', '[Service]\nRestart=always\n');
    expect((await dropIns.read()).get('web1')).toContain('always');
  });

  test("the administrator's own stay when ours goes", async () => {
    const dropIns = new DropIns(directory, directory);
    await dropIns.write('web1', 'ours');
    await dropIns.write('web2', 'ours');
    await writeFile(join(directory, 'umlnfs@web1.service.d/override.conf'), 'theirs');
    await dropIns.remove('web1');
    await dropIns.remove('web2');
    await dropIns.remove('web3');
    expect(await readdir(directory)).toEqual(['umlnfs@web1.service.d']);
    expect(await readFile(join(directory, 'umlnfs@web1.service.d/override.conf'), 'utf8')).toBe('theirs');
    expect(await dropIns.read()).toEqual(new Map());
  });

  test('without a directory there are none', async () => {
    expect(await new DropIns(join(directory, 'none')).read()).toEqual(new Map());
  });
});

describe('launch files', () => {
  test('hold a command line, for the owner of the directory', async () => {
    await mkdir(join(directory, 'web1/uml'), { recursive: true });
    expect(await readLaunch(directory, 'web1')).toBeUndefined();
    await writeLaunch(directory, 'web1', ['/usr/bin/linux.uml', 'mem=64M', 'a="b']);
    expect(await readLaunch(directory, 'web1')).toEqual({
      argv: ['/usr/bin/linux.uml', 'mem=64M', 'a="b'],
      uid: process.getuid?.(),
    });
    await removeLaunch(directory, 'web1');
    expect(await readLaunch(directory, 'web1')).toBeUndefined();
  });

  test.each([[[]], [['/linux', 'two words']], [['/linux', '']], [['/linux', 'a\nb']]])(
    'refuse what they cannot hold: %j',
    async (argv) => {
      await mkdir(join(directory, 'web1'));
      await expect(writeLaunch(directory, 'web1', argv)).rejects.toThrow('cannot be written down');
    },
  );
});
