/** The wish to stop, however it comes. */
export interface Stopping {
  /** Aborted at the first wish. */
  readonly signal: AbortSignal;
  /** Called when the wish comes a second time: stop at once. */
  onImpatience(listener: () => void): void;
  close(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Ctrl-C reaches npm and this process together, and npm sends it on: that is one wish. */
const oneWish = 500;
const parentInterval = 1_000;

/** Ctrl-C, kill, a terminal that goes away, and an npm that was killed. */
export function stopOnSignal(): Stopping {
  const controller = new AbortController();
  const impatient: (() => void)[] = [];
  let wishedAt: number | undefined;
  const wish = () => {
    if (wishedAt === undefined) {
      wishedAt = performance.now();
      controller.abort();
    } else if (performance.now() - wishedAt > oneWish) {
      for (const listener of impatient) listener();
    }
  };
  for (const name of signals) process.on(name, wish);
  const watch = process.env.npm_lifecycle_event === undefined ? undefined : watchParent(wish);
  return {
    signal: controller.signal,
    onImpatience: (listener) => void impatient.push(listener),
    close() {
      for (const name of signals) process.off(name, wish);
      clearInterval(watch);
    },
  };
}

/** A killed npm sends no signal; without it nobody waits for this process any more. */
function watchParent(gone: () => void): NodeJS.Timeout {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, parentInterval);
  timer.unref();
  return timer;
}
