/** A Debian tree, by mmdebstrap, or by debootstrap where only that is there. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../model/error.ts';
import type { DebianWanted } from '../../../model/rootfs/origin.ts';
import { runCommand } from '../../long-work/command.ts';
import { confined } from '../../long-work/confined.ts';
import type { Work } from '../../long-work/work.ts';
import { findProgram } from '../../program.ts';
import { GuestRoot } from '../inside.ts';

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

/** Debian's other packages that bring a process 1, of which there can be one. */
const otherInit = /^(sysvinit-core|runit-init|dinit-sysv|finit-sysv)$/;

/** Seconds that a mirror may keep silent; then it is tried once more. */
const patience = 15;

/**
 * Fills `tree`, an empty directory. Packages come from the host's own mirrors where the suite is the host's, as
 * mmdebstrap does it. Takes some 20 seconds.
 * @param scratch for files beside it
 * @returns the suite
 */
export async function fillFromDebian(
  tree: string,
  scratch: string,
  wanted: DebianWanted,
  work: Work,
): Promise<string> {
  const { action, signal, progress } = work;
  const suite = wanted.suite ?? (await hostSuite(action));
  const [mmdebstrap, debootstrap] = await Promise.all([
    findProgram('mmdebstrap'),
    findProgram('debootstrap'),
  ]);
  if (mmdebstrap === undefined && debootstrap === undefined) {
    throw new UserError(action, 'neither mmdebstrap nor debootstrap is installed', {
      hint: 'apt install mmdebstrap',
    });
  }
  progress.phase(`installing Debian ${suite}`);
  const packages = packagesOf(wanted).join(',');
  const { mirror } = wanted;
  const command = [
    ...(mmdebstrap !== undefined
      ? [mmdebstrap, ...mmdebstrapOptions(wanted)]
      : [debootstrap ?? '', ...debootstrapOptions(wanted)]),
    `--include=${packages}`,
    suite,
    tree,
    ...(mirror === undefined ? [] : [mirror]),
  ];
  const wgetrc = join(scratch, 'wgetrc');
  await writeFile(wgetrc, `timeout = ${patience}\ntries = 2\n`);
  const tell = (line: string) => {
    if (line.startsWith('I: ')) progress.detail(line.slice(3));
  };
  await runCommand(confined(command), {
    action,
    signal,
    name: mmdebstrap === undefined ? 'debootstrap' : 'mmdebstrap',
    // What it leaves when it is stopped goes with the directory.
    env: { DEBIAN_FRONTEND: 'noninteractive', WGETRC: wgetrc, TMPDIR: scratch },
    onLine: tell,
    onMessage: tell,
    chatter: /^I: /,
    hint:
      wanted.mirror === undefined
        ? 'check that the Debian mirror in /etc/apt/sources.list* can be reached, or name another with --mirror='
        : `check that there is a ${suite} at ${wanted.mirror}, and that it can be reached`,
  });
  await forgetHost(tree);
  return suite;
}

/** What is installed: the defaults, and what was asked for; of two that exclude each other the latter. */
export function packagesOf({ defaults, include }: DebianWanted): readonly string[] {
  const own = include.some((name) => otherInit.test(name));
  const usual = (defaults ?? debianPackages).filter((name) => !(own && name === 'systemd-sysv'));
  return [...new Set([...usual, ...include])];
}

function mmdebstrapOptions({ arch, variant }: DebianWanted): string[] {
  return [
    '--mode=root',
    `--variant=${variant ?? 'minbase'}`,
    ...(arch === undefined ? [] : [`--architectures=${arch}`]),
    ...['http', 'https', 'ftp'].map((by) => `--aptopt=Acquire::${by}::Timeout "${patience}"`),
    '--aptopt=Acquire::Retries "1"',
  ];
}

function debootstrapOptions({ arch, variant }: DebianWanted): string[] {
  return [
    // Its own default has no name.
    ...(variant === 'debootstrap' || variant === 'important' ? [] : [`--variant=${variant ?? 'minbase'}`]),
    ...(arch === undefined ? [] : [`--arch=${arch}`]),
  ];
}

/** The host's name and name servers, which both take over, are not the guest's. */
async function forgetHost(tree: string): Promise<void> {
  const root = await GuestRoot.open(tree);
  try {
    for (const file of ['etc/hostname', 'etc/resolv.conf']) await root.remove(file);
  } finally {
    await root.close();
  }
}

/** The running Debian's own code name. */
async function hostSuite(action: string): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const name = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(text)?.[1];
  if (name === undefined) {
    throw new UserError(action, '/etc/os-release has no VERSION_CODENAME, so that no suite can be chosen', {
      hint: 'name a suite, such as trixie',
    });
  }
  return name;
}
