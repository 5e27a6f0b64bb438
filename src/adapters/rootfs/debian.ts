/** Makes Debian roots with mmdebstrap. */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import { removeTree } from './remove-tree.ts';

/** What an ordinary small Debian has, and no more: systemd with udev, a network, and tools to look around with. */
export const debianPackages: readonly string[] = [
  'systemd-sysv',
  'dbus',
  'udev',
  'ifupdown',
  'iproute2',
  'iputils-ping',
  'procps',
  'less',
];

export interface DebianRootOptions {
  /** `bookworm`, `trixie`; the host's own by default. */
  readonly suite?: string;
  readonly packages?: readonly string[];
  /** Log in root on the guest's console without a password: for a guest that only its host can reach. */
  readonly autologin?: boolean;
  /** One line of mmdebstrap's progress. */
  readonly onProgress?: (line: string) => void;
  /** Ends it early; nothing half-made stays behind. */
  readonly signal?: AbortSignal;
}

/**
 * Makes a Debian root at `directory`, which must not exist yet and appears only when it is whole. Packages come
 * from the host's own mirrors where the suite is the host's, as mmdebstrap does it. Takes some 20 seconds.
 * @throws UserError where mmdebstrap is missing or fails
 */
export async function createDebianRoot(directory: string, options: DebianRootOptions = {}): Promise<void> {
  const suite = options.suite ?? (await hostSuite());
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, `.${basename(directory)}.`));
  const tree = join(work, 'root');
  try {
    await debootstrap(suite, tree, options);
    // The host's name and name servers are not the guest's.
    await rm(join(tree, 'etc/hostname'), { force: true });
    await rm(join(tree, 'etc/resolv.conf'), { force: true });
    if (options.autologin === true) await allowAutologin(tree);
    await rename(tree, directory);
  } finally {
    await removeTree(work);
  }
}

async function debootstrap(suite: string, tree: string, options: DebianRootOptions): Promise<void> {
  const packages = options.packages ?? debianPackages;
  const last: string[] = [];
  const run = execa('mmdebstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, tree], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    // It makes mounts of its own while it works; on SIGTERM it takes them away before it ends.
    forceKillAfterDelay: 20_000,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const reading = (async () => {
    for await (const line of run.iterable({ from: 'stderr' })) {
      last.push(line);
      if (last.length > 20) last.shift();
      options.onProgress?.(line);
    }
  })();
  try {
    await run;
    await reading;
  } catch (error) {
    await reading.catch(() => {});
    options.signal?.throwIfAborted();
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError(
      `make a Debian ${suite} root`,
      missing
        ? 'mmdebstrap is not installed'
        : `mmdebstrap failed: ${last.filter((line) => !line.startsWith('I: ')).join('\n')}`,
      {
        hint: missing
          ? 'apt install mmdebstrap'
          : 'check that the Debian mirror in /etc/apt/sources.list* can be reached',
        cause: error,
      },
    );
  }
}

/** The running Debian's own code name. */
async function hostSuite(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const name = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1];
  if (name === undefined) {
    throw new UserError('choose a Debian suite', '/etc/os-release has no VERSION_CODENAME', {
      hint: 'name a suite, such as trixie',
    });
  }
  return name;
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
