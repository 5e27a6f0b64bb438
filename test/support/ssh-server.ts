import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { until } from './poll.ts';

/**
 * An NFS server elsewhere, as far as it can be had without a second kernel: sshd and exportfs in a mount namespace with
 * tables of its own, at an address of its own. This kernel has no NFS server; what tells how many threads it has is a
 * file of ours.
 */
export class SshServer {
  readonly address: string;
  readonly directory: string;
  #process: ChildProcess | undefined;

  private constructor(address: string, directory: string) {
    this.address = address;
    this.directory = directory;
  }

  /** Its host key is known to this host. */
  static async make(address: string): Promise<SshServer> {
    const directory = await mkdtemp(join(tmpdir(), 'umlnfs-ssh-'));
    const server = new SshServer(address, directory);
    await execa('ip', ['address', 'replace', `${address}/32`, 'dev', 'lo']);
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'host')]);
    const [type, key] = (await readFile(join(directory, 'host.pub'), 'utf8')).split(' ');
    await writeFile('/etc/ssh/ssh_known_hosts', `${address} ${type} ${key}\n`);
    await writeFile(
      join(directory, 'config'),
      `ListenAddress ${address}
HostKey ${directory}/host
AuthorizedKeysFile ${directory}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PidFile none
`,
    );
    return server;
  }

  async start(): Promise<void> {
    const script = `set -e
mkdir -p /etc/exports.d
for d in /etc/exports.d /var/lib/nfs /run /proc/fs; do mount -t tmpfs -o mode=755 test "$d"; done
mkdir /run/sshd /proc/fs/nfsd
echo 8 > /proc/fs/nfsd/threads
exec /usr/sbin/sshd -D -e -f ${this.directory}/config`;
    const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#process = child;
    await until('sshd to listen', async () => {
      const { stdout } = await execa('ss', ['-Hltn', 'src', `${this.address}:22`]);
      return stdout !== '';
    });
  }

  async authorize(publicKeyFile: string): Promise<void> {
    await writeFile(join(this.directory, 'authorized_keys'), await readFile(publicKeyFile));
  }

  /** Runs a command there. */
  async inside(...command: string[]): Promise<string> {
    const { stdout } = await execa('nsenter', ['-m', '-t', String(this.#process?.pid), ...command]);
    return stdout;
  }

  etab(): Promise<string> {
    return this.inside('sh', '-c', 'cat /var/lib/nfs/etab 2>/dev/null || :');
  }

  /** Stops or continues it and everything that serves a connection. */
  async signal(signal: 'STOP' | 'CONT'): Promise<void> {
    const { stdout } = await execa('pgrep', ['-x', 'sshd'], { reject: false });
    for (const pid of stdout.split('\n').filter((each) => each !== ''))
      process.kill(Number(pid), `SIG${signal}`);
  }

  async dispose(): Promise<void> {
    await this.signal('CONT');
    const child = this.#process;
    if (child !== undefined && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    await execa('ip', ['address', 'delete', `${this.address}/32`, 'dev', 'lo'], { reject: false });
    await rm('/etc/ssh/ssh_known_hosts', { force: true });
    await rm(this.directory, { recursive: true, force: true });
  }
}
