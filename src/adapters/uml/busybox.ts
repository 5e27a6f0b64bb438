import { open, stat } from 'node:fs/promises';
import { execa } from 'execa';

/** Where Debian's busybox-static, and others, put it. */
const places = ['/usr/bin/busybox', '/bin/busybox', '/usr/sbin/busybox'];

export interface Busybox {
  readonly path: string;
  readonly applets: ReadonlySet<string>;
}

/** The statically linked busybox of this host; `undefined` where there is none. */
export async function findBusybox(candidates: readonly string[] = places): Promise<Busybox | undefined> {
  for (const path of candidates) {
    if (!(await isStatic(path))) continue;
    const { stdout, exitCode } = await execa(path, ['--list'], {
      reject: false,
      timeout: 5_000,
      stdin: 'ignore',
    });
    if (exitCode === 0) return { path, applets: new Set(stdout.split('\n')) };
  }
  return undefined;
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
