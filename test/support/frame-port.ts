import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bytes } from './packets.ts';
import { until } from './poll.ts';

const script = fileURLToPath(new URL('frames.py', import.meta.url));

/** A tap held as a guest holds it, or what this host receives on an interface: frames out and in. */
export class FramePort {
  readonly #process: ChildProcess;
  #seen: string[] = [];
  #ready = false;

  private constructor(mode: 'tap' | 'watch', name: string) {
    this.#process = spawn('python3', [script, mode, name], { stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'ready') this.#ready = true;
        else this.#seen.push(line);
      }
    });
  }

  static async open(mode: 'tap' | 'watch', name: string): Promise<FramePort> {
    const port = new FramePort(mode, name);
    await until(`frames of ${name}`, () => port.#ready, 10_000);
    return port;
  }

  send(frame: Bytes): void {
    this.#process.stdin?.write(`${Buffer.from(frame).toString('hex')}\n`);
  }

  /** Whether it has received the frame. What the kernel adds at the end of a short one does not count. */
  has(frame: Bytes): boolean {
    const wanted = Buffer.from(frame).toString('hex');
    return this.#seen.some((line) => line.startsWith(wanted));
  }

  forget(): void {
    this.#seen = [];
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }
}
