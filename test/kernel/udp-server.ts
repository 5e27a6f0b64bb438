import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { until } from '../support/poll.ts';

/** Where it speaks NFS: the usual port may be another server's. */
export const udpPort = 12049;

/** Somebody's NFS server that speaks version 3 by UDP, with the portmapper and mountd that this takes. */
export class UdpServer {
  readonly #work: string;
  readonly #processes: ChildProcess[] = [];

  private constructor(work: string) {
    this.#work = work;
  }

  static async start(address: string, directory: string): Promise<UdpServer> {
    const server = new UdpServer(await mkdtemp(join(tmpdir(), 'umlnfs-udp-')));
    const config = join(server.#work, 'ganesha.conf');
    await writeFile(
      config,
      `NFS_CORE_PARAM {
  Protocols = 3;
  NFS_Port = ${udpPort};
  MNT_Port = 12048;
  Bind_addr = ${address};
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Enable_UDP = true;
}
NFS_KRB5 { Active_krb5 = false; }
EXPORT {
  Export_Id = 1;
  Path = ${directory};
  Pseudo = /udp;
  Protocols = 3;
  Transports = UDP;
  Access_Type = RW;
  Squash = No_Root_Squash;
  SecType = sys;
  Attr_Expiration_Time = 1;
  FSAL { Name = VFS; }
}
`,
    );
    server.#run('rpcbind', ['-f', '-w']);
    await until('the portmapper', async () => (await registered(address)).includes('100000'));
    const log = join(server.#work, 'log');
    server.#run('ganesha.nfsd', ['-F', '-f', config, '-L', log, '-p', join(server.#work, 'pid')]);
    await until('the NFS server', async () => (await registered(address)).includes('100003'), 60_000);
    return server;
  }

  #run(program: string, args: readonly string[]): void {
    this.#processes.push(spawn(program, args, { stdio: 'ignore' }));
  }

  async close(): Promise<void> {
    const ends = this.#processes.map((each) => new Promise((resolve) => each.once('exit', resolve)));
    for (const each of this.#processes) each.kill('SIGKILL');
    await Promise.all(ends);
    await rm(this.#work, { recursive: true, force: true });
  }
}

async function registered(address: string): Promise<string> {
  return (await execa('rpcinfo', ['-p', address], { reject: false, timeout: 5_000 })).stdout;
}
