import { execa } from 'execa';
import { until } from './poll.ts';

/** The guest's end of a pseudo terminal, as its kernel has it. */
export interface PtyGuest {
  /** /dev/pts/N */
  readonly path: string;
  /** A process of the same user. */
  readonly pid: number;
  /** Output of the guest. */
  say(text: string): void;
  /** All that was written to the console. */
  heard(): string;
  /** Says something when it hears something. */
  answer(heard: string, said: string): void;
  /** Closes the guest's end. */
  end(): Promise<void>;
}

/** `script` holds the master for us; the process in it keeps the slave open and raw, and does nothing. */
export async function ptyGuest(): Promise<PtyGuest> {
  const running = execa('script', ['-qfc', 'stty raw -echo; tty; exec sleep 600', '/dev/null'], {
    stdin: 'pipe',
    reject: false,
    buffer: false,
  });
  let output = '';
  const answers: [string, string][] = [];
  running.stdout.on('data', (bytes) => {
    output += bytes;
    for (const [heard, said] of answers) if (output.endsWith(heard)) running.stdin.write(said);
  });
  const path = await until('the pts', () => /^(\/dev\/pts\/\d+)\r?\n/.exec(output)?.[1]);
  output = '';
  return {
    path,
    pid: running.pid ?? 0,
    say: (text) => running.stdin.write(text),
    heard: () => output,
    answer: (heard, said) => answers.push([heard, said]),
    end: async () => {
      running.kill('SIGKILL');
      await running;
    },
  };
}
