import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { execa } from 'execa';
import { UserError } from '../../../model/error.ts';

/** More than any module has, in bytes. */
const longest = 256 * 1024 * 1024;

/** The ELF file in a module as it is packaged: `.ko`, `.ko.gz`, `.ko.xz` or `.ko.zst`. */
export async function readModule(path: string): Promise<Buffer> {
  if (path.endsWith('.gz')) return await promisify(gunzip)(await readFile(path));
  if (path.endsWith('.xz')) return await unpack('xz', 'xz-utils', path);
  if (path.endsWith('.zst')) return await unpack('zstd', 'zstd', path);
  return await readFile(path);
}

async function unpack(program: string, packageName: string, path: string): Promise<Buffer> {
  const result = await execa(program, ['-dc', '--', path], {
    encoding: 'buffer',
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
    maxBuffer: longest,
  });
  if (!result.failed) return Buffer.from(result.stdout);
  const missing = result.code === 'ENOENT';
  throw new UserError(
    `unpack ${path}`,
    missing ? `there is no ${program}` : `${program}: ${Buffer.from(result.stderr).toString().trim()}`,
    {
      hint: missing ? `apt install ${packageName}` : `install the package that ${path} belongs to again`,
    },
  );
}
