import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { tailor } from '../../adapters/rootfs/tailor.ts';
import { UserError } from '../../model/error.ts';
import { systemdFiles } from '../../model/tailoring/systemd.ts';

const readiness = 'umlnfs-ready.service';

/** Copies a Debian root and tailors the copy as umlnfs does. */
export async function makeTailoredRoot(pristine: string, directory: string, hostname: string): Promise<void> {
  await copyTree(pristine, directory);
  await tailor(directory, { hostname });
}

/** Copies a Debian root and adds nothing but umlnfs's readiness unit: both kinds say the same at the same point. */
export async function makeUntailoredRoot(pristine: string, directory: string): Promise<void> {
  await copyTree(pristine, directory);
  const files = systemdFiles({ networkManager: false, network: undefined }).filter(({ path }) =>
    path.endsWith(readiness),
  );
  if (files.length !== 2)
    throw new UserError('make an untailored root', `tailoring has no ${readiness} any more`);
  for (const file of files) {
    const path = join(directory, file.path);
    await mkdir(dirname(path), { recursive: true });
    if (file.kind === 'link') {
      await symlink(file.target, path);
    } else if (file.kind === 'file') {
      await writeFile(path, file.text);
      await chmod(path, file.mode);
    }
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await execa('cp', ['--archive', '--reflink=auto', '--', from, to]);
}
