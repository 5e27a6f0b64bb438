import {
  chmod,
  copyFile,
  lutimes,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { messageOf, UserError } from '../../../model/error.ts';
import { type Contents, imageName } from './contents.ts';
import { readModule } from './decompress.ts';

/**
 * Writes the cpio archive of an initramfs to `path`, whole or not at all. The same contents give the same bytes.
 * It is not compressed: a UML kernel reads it from the host's page cache faster than it can unpack it.
 */
export async function writeImage(path: string, contents: Contents): Promise<void> {
  const action = `write the initramfs ${path}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const staging = await mkdtemp(join(dirname(path), '.staging-'));
  try {
    const tree = join(staging, 'tree');
    const archive = join(staging, 'image');
    await fill(tree, contents);
    const entries = await list(tree);
    for (const entry of entries) await lutimes(join(tree, entry), 0, 0);
    await execa(
      'cpio',
      ['--create', '--format=newc', '--reproducible', '--owner=+0:+0', '--quiet', '-F', archive],
      {
        cwd: tree,
        input: `${entries.join('\n')}\n`,
        env: { LC_ALL: 'C' },
        timeout: 60_000,
      },
    );
    // Guests' kernels run as users of their own, and read it.
    await chmod(archive, 0o644);
    await rename(archive, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const missing = (error as { code?: unknown }).code === 'ENOENT' && messageOf(error).includes('cpio');
    throw new UserError(action, missing ? 'there is no cpio' : messageOf(error), {
      ...(missing ? { hint: 'apt install cpio' } : {}),
      cause: error,
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function fill(tree: string, contents: Contents): Promise<void> {
  for (const directory of ['bin', 'dev', 'proc', 'root']) {
    await mkdir(join(tree, directory), { recursive: true, mode: 0o755 });
    await chmod(join(tree, directory), 0o755);
  }
  await copyFile(contents.busybox, join(tree, 'bin/busybox'));
  await chmod(join(tree, 'bin/busybox'), 0o755);
  for (const applet of contents.applets) await symlink('busybox', join(tree, 'bin', applet));
  for (const [name, text] of [
    ['init', contents.init],
    ['lease', contents.lease],
  ] as const) {
    await writeFile(join(tree, name), text);
    await chmod(join(tree, name), 0o755);
  }
  if (contents.modules.length === 0) return;
  const modules = join(tree, 'lib/modules', contents.version);
  await mkdir(modules, { recursive: true });
  for (const directory of ['lib', 'lib/modules', `lib/modules/${contents.version}`])
    await chmod(join(tree, directory), 0o755);
  for (const path of contents.modules)
    await writeFile(join(modules, imageName(path)), await readModule(path));
  await writeFile(join(modules, 'modules.dep'), contents.modulesDep);
  for (const name of await readdir(modules)) await chmod(join(modules, name), 0o644);
}

/** All entries below `tree`, directories before what is in them, in one order everywhere. */
async function list(tree: string): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  return entries.map((entry) => relative(tree, join(entry.parentPath, entry.name))).sort();
}

/** Removes images that no guest can be starting with: others of this directory that are older than a day. */
export async function pruneImages(directory: string, keep: ReadonlySet<string>, now: number): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (!/^(initramfs-[0-9a-f]+\.cpio|\.staging-.*)$/.test(name) || keep.has(path)) continue;
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > 86_400_000) await rm(path, { recursive: true, force: true });
  }
}
