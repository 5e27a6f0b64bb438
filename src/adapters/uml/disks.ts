import { constants, lstat, open, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../model/error.ts';

/** Less is no file system, and may be anything. */
const least = 1024 * 1024;

/**
 * Sees to it that the guest's user can use an image, and nobody else: a regular file that only root could have put
 * there. One of root's is given to that user.
 * @returns its size in bytes
 * @throws UserError for anything else, which stays as it is
 */
export async function prepareDisk(guest: string, path: string, uid: number): Promise<number> {
  const action = `give guest ${guest} the disk ${path}`;
  await checkWay(action, path);
  const handle = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw new UserError(action, ...whyNot(path, error));
    },
  );
  try {
    const { mode, nlink, size, uid: owner } = await handle.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new UserError(action, 'it is no regular file');
    if (nlink !== 1) throw new UserError(action, 'it has other names too, that is hard links');
    if (size < least || size % 512 !== 0) {
      throw new UserError(action, `it has ${size} bytes: an image has 1 MiB or more, in sectors of 512`);
    }
    if ((mode & 0o7111) !== 0) throw new UserError(action, 'it is a program');
    if (owner !== 0 && owner !== uid) {
      throw new UserError(action, `it belongs to user ${owner}, and the guest runs as user ${uid}`, {
        hint: `where that is right, give it back first: chown root ${path}`,
      });
    }
    if (owner !== uid) await handle.chown(uid, uid);
    if ((mode & 0o777) !== 0o600) await handle.chmod(0o600);
    return size;
  } finally {
    await handle.close();
  }
}

function whyNot(path: string, error: unknown): [cause: string, options: { hint?: string }] {
  switch ((error as { code?: unknown }).code) {
    case 'ENOENT':
      return [
        'there is no such file',
        { hint: `make it, for example with: truncate -s 4G ${path} && mkfs.ext4 ${path}` },
      ];
    case 'ELOOP':
      return ['it is a link', {}];
    default:
      return [error instanceof Error ? error.message : String(error), {}];
  }
}

/** Nobody but root may be able to put something else in its place: not there, and not further up. */
async function checkWay(action: string, path: string): Promise<void> {
  const directory = dirname(path);
  const real = await realpath(directory).catch(() => undefined);
  if (real === undefined) throw new UserError(action, `there is no directory ${directory}`);
  if (real !== directory) {
    throw new UserError(action, `a part of its path is a link; it leads to ${real}`, {
      hint: 'write the path without links',
    });
  }
  for (let each = directory; ; each = dirname(each)) {
    const { mode, uid } = await lstat(each);
    // With the sticky bit, what is root's stays where it is.
    if (uid !== 0 || ((mode & 0o022) !== 0 && (mode & 0o1000) === 0)) {
      throw new UserError(action, `others than root can change what is in ${each}`, {
        hint: 'keep it in a directory of root, such as /var/lib/umlnfs/disks',
      });
    }
    if ((mode & 0o001) === 0) {
      throw new UserError(action, `the guest's user gets no further than ${each}`, {
        hint: `let it through, which shows it nothing: chmod o+x ${each}`,
      });
    }
    if (each === '/') return;
  }
}
