/** Debian roots for npm start and the benchmark. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fillFromDebian } from './create/debian.ts';
import { withWorkDirectory } from './work-directory.ts';

export interface DebianRootOptions {
  /** `bookworm`, `trixie`; the host's own by default. */
  readonly suite?: string;
  /** Instead of the usual ones. */
  readonly packages?: readonly string[];
  /** Log in root on the guest's console without a password: for a guest that only its host can reach. */
  readonly autologin?: boolean;
  /** How far it is, in a line. */
  readonly onProgress?: (line: string) => void;
  /** Ends it early; nothing half-made stays behind. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a Debian root at `directory`, which must not exist yet and appears only when it is whole.
 * @throws UserError where that fails
 */
export async function createDebianRoot(directory: string, options: DebianRootOptions = {}): Promise<void> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  await withWorkDirectory(parent, async (scratch) => {
    const tree = join(scratch, 'root');
    await mkdir(tree, { mode: 0o755 });
    const wanted = { suite: options.suite, include: [], defaults: options.packages };
    await fillFromDebian(tree, scratch, wanted, {
      action: `make a Debian ${options.suite === undefined ? '' : `${options.suite} `}root`,
      signal: options.signal ?? new AbortController().signal,
      progress: { phase: () => {}, detail: (line) => options.onProgress?.(line) },
    });
    if (options.autologin === true) await allowAutologin(tree);
    await rename(tree, directory);
  });
}

async function allowAutologin(tree: string): Promise<void> {
  const directory = join(tree, 'etc/systemd/system/getty@tty1.service.d');
  await mkdir(directory, { recursive: true });
  const text = `# A root shell on the console without a password: only this guest's host can reach it.
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noclear - $TERM
`;
  await writeFile(join(directory, 'autologin.conf'), text);
}
