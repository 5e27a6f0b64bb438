import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Base } from './base.ts';

export interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A computer without a network, emulated, so that its kernel is Debian's own. What it writes to disks is lost. */
export class Machine {
  /** Resolves when it was switched off, by whom ever. */
  readonly ended: Promise<void>;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #console: string;
  readonly #waiting = new Map<number, Waiting>();
  #ready: () => void = () => {};
  #count = 0;
  #said = '';
  #end: string | undefined;

  private constructor(base: Base, product: string, directory: string) {
    this.#console = join(directory, 'console.log');
    const drive = (file: string) => ['-drive', `file=${file},format=raw,if=virtio,snapshot=on`];
    const args = [
      ...['-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '2048'],
      ...['-nodefaults', '-display', 'none', '-no-reboot', '-nic', 'none'],
      ...['-kernel', base.kernel, '-initrd', base.initrd],
      ...['-append', 'root=/dev/vda rw console=ttyS0 loglevel=5 panic=-1'],
      ...[...drive(base.disk), ...drive(product)],
      ...['-serial', `file:${this.#console}`, '-object', 'rng-random,id=rng,filename=/dev/urandom'],
      ...['-device', 'virtio-rng-pci,rng=rng', '-device', 'virtio-serial-pci'],
      ...['-chardev', 'stdio,id=test,signal=off', '-device', 'virtserialport,chardev=test,name=test.agent'],
    ];
    // It ends with the test, however that ends. Its disks' changes are files in TMPDIR.
    this.#process = spawn('setpriv', ['--pdeathsig', 'TERM', 'qemu-system-x86_64', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: directory },
    });
    this.ended = new Promise((resolve) => {
      const end = async (how: string) => {
        // A panic of its kernel ends it as well, with status 0, and only its console tells.
        const console = (await this.console()).slice(-3000);
        this.#end = `the machine ended with ${how}: ${this.#said}\nThe end of its console:\n${console}`;
        for (const { reject } of this.#waiting.values()) reject(new Error(this.#end));
        this.#waiting.clear();
        resolve();
      };
      this.#process.once('error', (error) => end(error.message));
      this.#process.once('close', (code, signal) => end(signal ?? `status ${code}`));
    });
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    this.#process.stdin.on('error', () => {});
    createInterface(this.#process.stdout).on('line', (line) => this.#hear(line));
  }

  /**
   * Starts one; resolves when it takes commands.
   * @param product a disk image, which becomes /dev/vdb
   * @param directory for its console and temporary files
   * @param timeout milliseconds
   */
  static async start(base: Base, product: string, directory: string, timeout: number): Promise<Machine> {
    const machine = new Machine(base, product, directory);
    const ready = new Promise<void>((resolve) => {
      machine.#ready = resolve;
    });
    const ended = machine.ended.then(() => machine.#end);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(resolve, timeout, `it is not up after ${timeout} ms`);
    });
    const problem = await Promise.race([ready, ended, late]);
    clearTimeout(timer);
    if (problem !== undefined) {
      await machine.end();
      const console = await machine.console();
      throw new Error(`cannot start the machine: ${problem}\n${machine.#said}\n${console.slice(-3000)}`);
    }
    return machine;
  }

  /** Runs a shell script as root in the machine. */
  run(script: string): Promise<Answer> {
    if (this.#end !== undefined) return Promise.reject(new Error(this.#end));
    this.#count += 1;
    const number = this.#count;
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
    this.#process.stdin.write(`${number} ${Buffer.from(script).toString('base64')}\n`);
    return answer;
  }

  /** As {@link run}, for one that has to succeed; returns what it printed. */
  async shell(script: string): Promise<string> {
    const { status, stdout, stderr } = await this.run(script);
    if (status !== 0) throw new Error(`in the machine: ${script}\nexit status ${status}\n${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  /** What it wrote on its console. */
  console(): Promise<string> {
    return readFile(this.#console, 'utf8').catch(() => '');
  }

  /** Switches it off. */
  async end(): Promise<void> {
    if (this.#end === undefined) this.#process.kill('SIGTERM');
    await this.ended;
  }

  #hear(line: string): void {
    if (line === 'ready') {
      this.#ready();
      return;
    }
    const [number = '', status = '', stdout = '', stderr = ''] = line.split(' ');
    const waiting = this.#waiting.get(Number(number));
    this.#waiting.delete(Number(number));
    const text = (base64: string) => Buffer.from(base64, 'base64').toString();
    waiting?.resolve({ status: Number(status), stdout: text(stdout), stderr: text(stderr) });
  }
}
