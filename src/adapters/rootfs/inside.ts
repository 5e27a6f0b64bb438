/**
 * Files inside a guest's root, which the guest may change at any moment and in any way: a path is walked one
 * component at a time through directory descriptors, links are resolved as inside a chroot, nothing but
 * regular files is opened, and what is written replaces a name and never goes through it.
 */
import { randomBytes } from 'node:crypto';
import {
  constants,
  type FileHandle,
  lchown,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  stat,
  symlink,
  unlink,
} from 'node:fs/promises';
import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import type { Ids } from '../../model/tailoring/wanted.ts';
import { devicesAllowed } from './devices.ts';
import {
  at,
  baseOf,
  codeOf,
  Directories,
  type Directory,
  maxLinks,
  parentOf,
  partsOf,
  reason,
} from './directories.ts';
import { decodeText, encodeText } from './lossless-text.ts';

// Not among Node's constants: a descriptor that only names the file, so that opening a FIFO or device does nothing.
const O_PATH = 0o10000000;
const {
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
  S_IFLNK,
  S_IFDIR,
} = constants;

const maxText = 256 * 1024;
/** Bytes of those that grow with what they list: blocked domains, or the accounts of a whole company. */
const maxList = 16 * 1024 * 1024;
const lists: ReadonlySet<string> = new Set([
  'etc/hosts',
  'etc/passwd',
  'etc/group',
  'etc/shadow',
  'etc/gshadow',
]);

/** What a name stands for, not following it where it is a link. */
export type Entry =
  | { readonly kind: 'missing' | 'directory' | 'other' }
  | { readonly kind: 'file'; readonly mode: number; readonly ids: Ids; readonly size: number }
  | { readonly kind: 'link'; readonly target: string };

export class GuestRoot {
  readonly path: string;
  readonly #directories: Directories;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#directories = new Directories(path, handle);
  }

  /**
   * @param path the root's directory on this host; the path itself is the administrator's and is followed
   * @throws UserError where there is no such directory, or it is the host's own root
   */
  static async open(path: string): Promise<GuestRoot> {
    let handle: FileHandle;
    try {
      handle = await open(path, O_RDONLY | O_DIRECTORY);
    } catch (error) {
      const missing = codeOf(error) === 'ENOENT';
      throw new UserError(`open guest root ${path}`, missing ? 'there is no such directory' : reason(error), {
        hint: missing
          ? `make the root there, for example with mmdebstrap, or set Directory= of [Root]`
          : 'check Directory= of [Root]',
        cause: error,
      });
    }
    const [root, host] = await Promise.all([handle.stat(), stat('/')]);
    if (root.dev === host.dev && root.ino === host.ino) {
      await handle.close();
      throw new UserError(`use ${path} as a guest's root`, "it is this host's own root", {
        hint: 'set Directory= of [Root] to a tree of its own',
      });
    }
    return new GuestRoot(path, handle);
  }

  /** What `path` names; links on the way to its last component are resolved inside the root. */
  async look(path: string): Promise<Entry> {
    const directory = await this.#directories.enter(parentOf(path), false);
    if (directory === undefined) return { kind: 'missing' };
    return await this.#lookIn(directory, baseOf(path));
  }

  /**
   * The text of a regular file, following links inside the root. What is no UTF-8 is kept: see lossless-text.ts.
   * @returns undefined where it is missing
   * @throws UserError for anything but a regular file, and for one of more than 256 KiB, or 16 MiB where it is a list
   */
  async readText(path: string): Promise<string | undefined> {
    const handle = await this.#openFile(path);
    if (handle === undefined) return undefined;
    try {
      const { size } = await handle.stat();
      const most = lists.has(path) ? maxList : maxText;
      if (size > most)
        throw this.#directories.error(`read ${path}`, `it has ${size} bytes; at most ${most} are read`);
      // More than it has: the guest may have made it grow in between. A byte more than allowed tells.
      const buffer = Buffer.alloc(Math.min(size + maxText, most) + 1);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      if (length === buffer.length)
        throw this.#directories.error(`read ${path}`, 'it grows while it is read');
      return decodeText(buffer.subarray(0, length));
    } finally {
      await handle.close();
    }
  }

  /** Whether a regular file is there, following links inside the root. */
  async isFile(path: string): Promise<boolean> {
    const found = await this.#follow(path);
    return found !== undefined && (await this.#lookIn(found.directory, found.name)).kind === 'file';
  }

  /**
   * The text of a user's own file: nothing that leads to somebody else's is read, so that what is written of it
   * later tells the user nothing new.
   * @returns undefined where it is missing
   * @throws UserError where the file, or the directory it is in, is a link or another user's
   */
  async readOwnText(path: string, uid: number): Promise<string | undefined> {
    const directory = await this.#directories.enter(parentOf(path), false);
    if (directory === undefined) return undefined;
    const entry = await this.#lookIn(directory, baseOf(path));
    if (entry.kind === 'missing') return undefined;
    await this.#checkOwner(path, directory, uid);
    if (entry.kind !== 'file' || entry.ids.uid !== uid)
      throw this.#directories.error(`read ${path}`, `it is no file of the user with id ${uid}`);
    const text = await this.readText(path);
    const again = await this.#lookIn(directory, baseOf(path));
    if (again.kind !== 'file' || again.ids.uid !== uid)
      throw this.#directories.error(`read ${path}`, 'it changes while it is read');
    return text;
  }

  /**
   * Puts a file in place of whatever has that name (but not of a directory), missing directories included.
   * Nobody ever sees half of it.
   * @param mode permission bits
   * @param as whose it is, root's by default; and whose the directory must be that it is in, anybody's by default
   */
  async writeText(
    path: string,
    text: string,
    mode: number,
    as: { readonly ids?: Ids | undefined; readonly of?: number | undefined } = {},
  ): Promise<void> {
    await this.#replace(
      path,
      async (temporary) => {
        const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
        try {
          await file.writeFile(encodeText(text));
          if (as.ids !== undefined) await file.chown(as.ids.uid, as.ids.gid);
          await file.chmod(mode);
        } finally {
          await file.close();
        }
      },
      as.of,
    );
  }

  /** As writeText, for a symbolic link. */
  async writeLink(path: string, target: string): Promise<void> {
    await this.#replace(path, (temporary) => symlink(target, temporary));
  }

  /** As writeText, for a block device. Node cannot make any. */
  async writeDevice(path: string, major: number, minor: number, mode: number, ids: Ids): Promise<void> {
    await this.#replace(path, async (temporary) => {
      // The program's /proc/self is another.
      const name = temporary.replace('/proc/self/', `/proc/${process.pid}/`);
      const octal = `0${mode.toString(8)}`;
      await execa('mknod', [`--mode=${octal}`, '--', name, 'b', String(major), String(minor)]);
      await lchown(temporary, ids.uid, ids.gid);
    });
  }

  /** Makes one directory, and those above it as root's; one that is there stays as it is. */
  async makeDirectory(path: string, mode: number, ids: Ids, of?: number): Promise<void> {
    const parent = await this.#directories.enter(parentOf(path), true);
    if (parent === undefined)
      throw this.#directories.error(`make ${path}`, 'its directory goes away while it is made');
    if (of !== undefined) await this.#checkOwner(path, parent, of);
    const name = at(parent, baseOf(path));
    try {
      await mkdir(name, 0o700);
      const directory = await open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
      try {
        await directory.chown(ids.uid, ids.gid);
        await directory.chmod(mode);
      } finally {
        await directory.close();
      }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw this.#directories.error(`make ${path}`, reason(error), error);
    }
  }

  /** @throws UserError where the directory is there that `path` is in, and is not that user's */
  async checkParent(path: string, uid: number): Promise<void> {
    const directory = await this.#directories.enter(parentOf(path), false);
    if (directory !== undefined) await this.#checkOwner(path, directory, uid);
  }

  /** Removes a name that is no directory. */
  async remove(path: string): Promise<void> {
    const directory = await this.#directories.enter(parentOf(path), false);
    if (directory === undefined) return;
    await unlink(at(directory, baseOf(path))).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw this.#directories.error(`remove ${path}`, reason(error), error);
    });
  }

  /** Whether the root is on a file system that is mounted nodev, as /proc tells of this very directory. */
  async hasDevices(): Promise<boolean> {
    return await devicesAllowed(this.#directories.top.handle.fd);
  }

  /** The names in a directory, links to it followed inside the root; none where there is no such directory. */
  async names(path: string): Promise<string[]> {
    const directory = await this.#directories.enter(path, false);
    return directory === undefined ? [] : await readdir(at(directory, '.'));
  }

  close(): Promise<void> {
    return this.#directories.close();
  }

  async #replace(path: string, make: (temporary: string) => Promise<void>, of?: number): Promise<void> {
    const directory = await this.#directories.enter(parentOf(path), true);
    if (directory === undefined)
      throw this.#directories.error(`write ${path}`, 'its directory goes away while it is written');
    if (of !== undefined) await this.#checkOwner(path, directory, of);
    // The dot keeps it out of systemd's sight until it has its name.
    const temporary = at(directory, `.umlnfs-${randomBytes(8).toString('hex')}`);
    try {
      await make(temporary);
      await rename(temporary, at(directory, baseOf(path)));
    } catch (error) {
      await unlink(temporary).catch(() => {});
      throw this.#directories.error(`write ${path}`, reason(error), error);
    }
  }

  async #checkOwner(path: string, directory: Directory, uid: number): Promise<void> {
    const found = (await directory.handle.stat()).uid;
    if (found === uid) return;
    throw this.#directories.error(
      `write ${path}`,
      `the directory that it is in belongs to the user with id ${found}, not ${uid}`,
    );
  }

  /** Opens a regular file without ever opening anything else: first as a mere name, then through that. */
  async #openFile(path: string): Promise<FileHandle | undefined> {
    const found = await this.#follow(path);
    if (found === undefined) return undefined;
    let name: FileHandle;
    try {
      name = await open(at(found.directory, found.name), O_PATH | O_NOFOLLOW);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw this.#directories.error(`read ${path}`, reason(error), error);
    }
    try {
      if (!(await name.stat()).isFile())
        throw this.#directories.error(`read ${path}`, 'it is no regular file');
      return await open(`/proc/self/fd/${name.fd}`, O_RDONLY | O_NONBLOCK);
    } finally {
      await name.close();
    }
  }

  /** Resolves the links of the last component too; undefined where a part is missing. */
  async #follow(path: string): Promise<{ directory: Directory; name: string } | undefined> {
    let directory = await this.#directories.enter(parentOf(path), false);
    let name = baseOf(path);
    for (let links = 0; directory !== undefined; links++) {
      const entry = await this.#lookIn(directory, name);
      if (entry.kind === 'missing') return undefined;
      if (entry.kind !== 'link') return { directory, name };
      if (links === maxLinks)
        throw this.#directories.error(`follow ${path}`, 'it is a chain of too many links');
      const parts = partsOf(entry.target);
      const last = parts.pop();
      if (last === undefined || last === '..') return undefined;
      directory = await this.#directories.walk(
        entry.target.startsWith('/') ? this.#directories.top : directory,
        parts,
        false,
      );
      name = last;
    }
    return undefined;
  }

  async #lookIn(directory: Directory, name: string): Promise<Entry> {
    let handle: FileHandle;
    try {
      handle = await open(at(directory, name), O_PATH | O_NOFOLLOW);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { kind: 'missing' };
      throw this.#directories.error(`look at ${name}`, reason(error), error);
    }
    try {
      const { mode, size, uid, gid } = await handle.stat();
      const type = mode & S_IFMT;
      if (type === S_IFREG) return { kind: 'file', mode: mode & 0o777, ids: { uid, gid }, size };
      if (type === S_IFDIR) return { kind: 'directory' };
      if (type !== S_IFLNK) return { kind: 'other' };
    } finally {
      await handle.close();
    }
    const target = await readlink(at(directory, name)).catch(() => undefined);
    return target === undefined ? { kind: 'other' } : { kind: 'link', target };
  }
}
