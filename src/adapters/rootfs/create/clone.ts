/** How a root can be cloned here. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { fitsOverlay } from '../../../model/rootfs/backing.ts';
import { confined } from '../../long-work/confined.ts';

/** Why the clone cannot share blocks with its source until one of them is written to; undefined where it can. */
export async function reflinkObstacle(source: string, parent: string): Promise<string | undefined> {
  const [from, to] = await Promise.all([stat(source), stat(parent)]);
  if (from.dev !== to.dev) return `${source} and ${parent} are on different file systems`;
  const trial = await mkdtemp(join(parent, '.umlnfs-trial-'));
  try {
    await writeFile(join(trial, 'a'), 'x'.repeat(4096));
    const { failed } = await execa('cp', ['--reflink=always', join(trial, 'a'), join(trial, 'b')], {
      reject: false,
      stdin: 'ignore',
    });
    return failed ? `the file system of ${parent} has no reflinks, as btrfs and xfs do` : undefined;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

/** Why the clone cannot be an overlay over its source that NFS servers can export; undefined where it can. */
export async function overlayObstacle(source: string, images: string): Promise<string | undefined> {
  for (const path of [source, images])
    if (!fitsOverlay(path)) return `overlayfs does not take the path ${path} as it is`;
  const trial = await mkdtemp(join(images, '.umlnfs-trial-'));
  const script = `cd "$1" && mkdir upper work point &&
mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work,index=on,nfs_export=on" overlay point &&
options=$(findmnt -no FS-OPTIONS point) && case ,$options, in *,nfs_export=on,*) ;; *) exit 1 ;; esac`;
  try {
    const [program = '', ...args] = confined(['sh', '-c', script, 'sh', trial, source]);
    const { failed } = await execa(program, args, { reject: false, stdin: 'ignore' });
    return failed ? 'this kernel has no overlayfs that can be exported over these file systems' : undefined;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}
