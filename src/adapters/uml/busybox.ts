import { open, stat } from 'node:fs/promises';
import { execa } from 'execa';

/** Where Debian's busybox-static, and others, put it. */
const places = ['/usr/bin/busybox', '/bin/busybox', '/usr/sbin/busybox'];

export interface Busybox {
  readonly path: string;
  readonly applets: ReadonlySet<string>;
}

/** What each file was found to be, as long as it is the same: this is asked at every look at the host. */
const known = new Map<string, Promise<Busybox | undefined>>();

/** The statically linked busybox of this host; `undefined` where there is none. */
export async function findBusybox(candidates: readonly string[] = places): Promise<Busybox | undefined> {
  for (const path of candidates) {
    const file = await stat(path, { bigint: true }).catch(() => undefined);
    if (file === undefined) continue;
    const key = [path, file.dev, file.ino, file.size, file.mtimeNs, file.ctimeNs].join('\0');
    const asking = known.get(key) ?? ask(path);
    known.set(key, asking);
    const found = await asking;
    if (found !== undefined) return found;
    // It may have failed for want of something else.
    known.delete(key);
  }
  return undefined;
}

async function ask(path: string): Promise<Busybox | undefined> {
  if (!(await isStatic(path))) return undefined;
  const { stdout, exitCode } = await execa(path, ['--list'], {
    reject: false,
    timeout: 5_000,
    stdin: 'ignore',
  });
  return exitCode === 0 ? { path, applets: new Set(stdout.split('\n')) } : undefined;
}

/** An ELF file without a PT_INTERP program header: it needs no library of the root it runs in. */
async function isStatic(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
      if (buffer.readUInt32BE(0) !== 0x7f454c46) return false;
      const wide = buffer[4] === 2;
      const offset = wide ? Number(buffer.readBigUInt64LE(32)) : buffer.readUInt32LE(28);
      const size = buffer.readUInt16LE(wide ? 54 : 42);
      const count = buffer.readUInt16LE(wide ? 56 : 44);
      for (let index = 0; index < count && offset + (index + 1) * size <= buffer.length; index += 1) {
        if (buffer.readUInt32LE(offset + index * size) === 3) return false;
      }
      return true;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
