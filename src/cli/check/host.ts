import { stat } from 'node:fs/promises';
import { probeKernel } from '../../adapters/uml/probe.ts';
import { nobody } from '../../adapters/uml/unprivileged.ts';
import type { Guest } from '../../definition/guest.ts';
import { guestTable } from '../../definition/guest-table.ts';
import type { Desired, GuestWanted } from '../../model/desired.ts';
import { messageOf, UserError } from '../../model/error.ts';
import { type Finding, problemOf } from '../../model/finding.ts';
import type { KernelCaps } from '../../model/observed.ts';
import type { Problem } from '../../model/problem.ts';
import { kernelCommandLine } from '../../plan/command-line.ts';
import { defaultVersion } from '../../plan/exported.ts';

/** What the guests need of this host and is not there: roots, and kernels that can do what is asked of them. */
export async function checkOnHost(
  desired: Desired,
  guests: ReadonlyMap<string, Guest>,
  runtime: string,
  privileged: boolean,
): Promise<Problem[]> {
  const kernels = new Map<string, Promise<KernelCaps>>();
  const probe = (path: string) => {
    const probing = kernels.get(path) ?? probeKernel(path, nobody());
    kernels.set(path, probing);
    return probing;
  };
  const checked = [...desired.guests.values()].map(async (wanted) => {
    const guest = guests.get(wanted.name);
    if (guest === undefined) return [];
    const findings = [
      await checkRoot(wanted),
      privileged ? await checkKernel(wanted, probe, runtime) : undefined,
    ];
    return findings.filter((finding) => finding !== undefined).map((finding) => problemOf(guest, finding));
  });
  return (await Promise.all(checked)).flat();
}

const failed = (key: string | undefined, error: unknown): Finding => {
  const hint = error instanceof UserError && error.hint !== undefined ? `; ${error.hint}` : '';
  return { key, severity: 'error', message: messageOf(error) + hint };
};

/** The key of the definition that a message is about: the first that it writes as `Key=`. */
function keyIn(message: string): string | undefined {
  const name = /\b([A-Z]\w+)=/.exec(message)?.[1];
  for (const [section, { keys }] of Object.entries(guestTable)) {
    for (const [key, row] of Object.entries(keys)) if (row.name === name) return `${section}.${key}`;
  }
  return undefined;
}

async function checkRoot({ name, root }: GuestWanted): Promise<Finding | undefined> {
  if (!root.local) return undefined;
  const finding = (cause: string): Finding => ({
    key: 'root.directory',
    severity: 'error',
    message: `cannot use the root ${root.directory} of guest ${name}: ${cause}`,
  });
  try {
    const found = await stat(root.directory);
    return found.isDirectory() ? undefined : finding('it is no directory');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return finding(messageOf(error));
    if (root.clone !== undefined) return checkBase(name, root.clone);
    return finding(
      `there is no such directory; make a root there, or name another with Directory= of [Root]`,
    );
  }
}

async function checkBase(name: string, base: string): Promise<Finding | undefined> {
  const found = await stat(base).catch(() => undefined);
  if (found?.isDirectory() === true) return undefined;
  const message = `cannot clone the root of guest ${name}: there is no root ${base}; make it with umlnfs rootfs create, or correct Clone= of [Root]`;
  return { key: 'root.clone', severity: 'error', message };
}

async function checkKernel(
  guest: GuestWanted,
  probe: (path: string) => Promise<KernelCaps>,
  runtime: string,
): Promise<Finding | undefined> {
  let caps: KernelCaps;
  try {
    caps = await probe(guest.kernel);
  } catch (error) {
    return failed('guest.kernel', error);
  }
  try {
    // As it will be but for the server's part, which depends on what runs then.
    const directory = `${runtime}/guests/${guest.name}`;
    kernelCommandLine({
      guest,
      caps,
      initramfs: '/initramfs',
      mount: { directory: guest.root.directory, defaultVersion: defaultVersion('exportfs') },
      paths: { umlDir: `${directory}/uml`, notify: `${directory}/notify`, hostfsJail: `${directory}/hostfs` },
    });
    return undefined;
  } catch (error) {
    return failed(keyIn(messageOf(error)), error);
  }
}
