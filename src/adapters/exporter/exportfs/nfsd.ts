import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { UserError } from '../../../model/error.ts';
import { findProgram } from '../../program.ts';

const action = 'start the kernel NFS server';

/** How many threads of the kernel's NFS server run in this network namespace. */
export async function nfsdThreads(proc = '/proc'): Promise<number> {
  const threads = await readFile(`${proc}/fs/nfsd/threads`, 'utf8').catch(() => undefined);
  if (threads !== undefined) return Number.parseInt(threads, 10) || 0;
  // Where the nfsd file system is not mounted.
  const statistics = await readFile(`${proc}/net/rpc/nfsd`, 'utf8').catch(() => '');
  return Number(/^th (\d+)/m.exec(statistics)?.[1] ?? 0);
}

/** Whether this kernel has an NFS server, as a part or as a module that can be loaded. */
export async function kernelHasNfsd(proc = '/proc'): Promise<boolean> {
  const systems = await readFile(`${proc}/filesystems`, 'utf8').catch(() => '');
  if (/^nodev\s+nfsd$/m.test(systems)) return true;
  const modprobe = await findProgram('modprobe');
  if (modprobe === undefined) return false;
  return !(await execa(modprobe, ['-n', '-q', 'nfsd'], { reject: false })).failed;
}

/** Starts the kernel's server: through systemd where that runs, by hand otherwise. UserError where it does not. */
export async function startNfsd(): Promise<void> {
  if (!(await kernelHasNfsd())) {
    throw new UserError(action, 'this kernel has none', {
      hint: 'use Exporter=ganesha with: apt-get install nfs-ganesha nfs-ganesha-vfs',
    });
  }
  const underSystemd = await readFile('/proc/1/comm', 'utf8').then(
    (name) => name.trim() === 'systemd',
    () => false,
  );
  if (underSystemd) {
    await run('systemctl', ['start', 'nfs-server.service']);
  } else {
    await run('modprobe', ['-q', 'nfsd'], false);
    await run('mount', ['-t', 'nfsd', 'nfsd', '/proc/fs/nfsd'], false);
    await run('rpc.nfsd', ['--no-nfs-version', '3', '8']);
    // It answers the kernel's questions which client may have what; one that runs already stays the only one.
    await run('rpc.mountd', ['--no-nfs-version', '3'], false);
  }
  if ((await nfsdThreads()) === 0) throw new UserError(action, 'it was started and has no threads');
}

async function run(name: string, args: readonly string[], needed = true): Promise<void> {
  const program = await findProgram(name);
  if (program === undefined) {
    if (!needed) return;
    throw new UserError(action, `there is no ${name}`, {
      hint: 'install it with: apt-get install nfs-kernel-server',
    });
  }
  const result = await execa(program, args, { reject: false });
  if (!result.failed || !needed) return;
  const cause = (result.stderr || result.shortMessage || '').trim().split('\n').at(-1) ?? '';
  throw new UserError(action, `${name} says: ${cause}`, { hint: 'see: journalctl -u nfs-server' });
}
