import { sanitise } from '../model/end.ts';
import { shortDuration } from './show/duration.ts';

/** How often (ms) a line is written where there is no terminal, while one thing goes on. */
const every = 30_000;

/** Where progress is written: standard error, or a stand-in. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Tells how far long work is, on standard error: on a terminal in one line that is written again and again, elsewhere
 * in plain lines, few enough for a log.
 */
export class WorkProgress {
  readonly #output: ProgressOutput;
  readonly #clock: () => number;
  readonly #began: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #phase = '';
  #detail = '';
  #told: number;

  constructor(output: ProgressOutput = process.stderr, clock: () => number = () => performance.now()) {
    this.#output = output;
    this.#clock = clock;
    this.#began = clock();
    this.#told = this.#began;
    // The time goes on where nothing else does.
    this.#timer = output.isTTY === true ? setInterval(() => this.#draw(), 200) : undefined;
  }

  /** Something else begins. */
  phase(text: string): void {
    this.#phase = sanitise(text);
    this.#detail = '';
    if (this.#timer === undefined) this.#line();
    else this.#draw();
  }

  /** How far that is. */
  detail(text: string): void {
    this.#detail = text;
    if (this.#timer === undefined && this.#clock() - this.#told >= every) this.#line();
  }

  end(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#output.write('\r\u001b[K');
  }

  #text(): string {
    const detail = sanitise(this.#detail);
    return detail === '' ? this.#phase : `${this.#phase}: ${detail}`;
  }

  #draw(): void {
    const time = shortDuration((this.#clock() - this.#began) / 1000);
    const columns = (this.#output.columns ?? 0) || 80;
    this.#output.write(`\r\u001b[K${`${time} ${this.#text()}`.slice(0, columns - 1)}`);
  }

  #line(): void {
    this.#told = this.#clock();
    this.#output.write(`umlnfs: ${this.#text()}\n`);
  }
}
