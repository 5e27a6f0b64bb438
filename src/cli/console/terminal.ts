import { setTimeout as delay } from 'node:timers/promises';

const escapeKey = 0x1d;
/**
 * What full-screen programs of the guest may have left behind: alternate screen, mouse and paste reports, colours,
 * an invisible cursor, another character set.
 */
const resetScreen =
  '\u001b[?1047l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[0m\u001b(B\u001b[?25h';
const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;
const numbers: Readonly<Record<(typeof signals)[number], number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGTERM: 15,
};

/** The user's terminal, every key of which goes to the guest but Ctrl-]. */
export class UserTerminal {
  #restored = false;
  readonly #restore = () => this.restore();
  readonly #onSignal = (signal: NodeJS.Signals) => {
    this.restore();
    process.exit(128 + (numbers[signal as keyof typeof numbers] ?? 0));
  };

  /** @param onInput keys for the guest; @param onLeave Ctrl-] was pressed, or the terminal is gone */
  constructor(onInput: (bytes: Buffer) => void, onLeave: () => void) {
    process.on('exit', this.#restore);
    for (const signal of signals) process.on(signal, this.#onSignal);
    process.stdin.setRawMode(true);
    process.stdin.on('data', (bytes: Buffer) => {
      const leaving = bytes.indexOf(escapeKey);
      if (leaving !== 0) onInput(leaving === -1 ? bytes : bytes.subarray(0, leaving));
      if (leaving !== -1) onLeave();
    });
    process.stdin.on('error', onLeave);
    process.stdin.on('end', onLeave);
  }

  /** Leaves raw mode. What the terminal still answers to the guest's questions is not for the shell. */
  async end(): Promise<void> {
    process.stdin.removeAllListeners('data');
    process.stdin.on('data', () => undefined);
    await delay(50);
    this.restore();
    process.stdin.removeAllListeners('data');
    process.stdin.pause();
    process.off('exit', this.#restore);
    for (const signal of signals) process.off(signal, this.#onSignal);
  }

  restore(): void {
    if (this.#restored) return;
    this.#restored = true;
    if (process.stdout.isTTY) process.stdout.write(resetScreen);
    process.stdin.setRawMode(false);
  }
}
