import { sanitise } from '../model/end.ts';
import type { GuestStatus } from '../model/status.ts';
import type { Action } from './wait.ts';

/** A line on standard error that tells what is waited for; nothing where that is no terminal. */
export function progress(action: Action, count: number) {
  const terminal = process.stderr.isTTY === true;
  const began = performance.now();
  let line = '';
  const write = () => {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const columns = process.stderr.columns || 80;
    process.stderr.write(`\r\u001b[K${`${action}: ${line} ${seconds}s`.slice(0, columns - 1)}`);
  };
  const timer = terminal ? setInterval(write, 200) : undefined;
  return {
    update(pending: readonly string[], now: ReadonlyMap<string, GuestStatus>): void {
      const shown = pending.slice(0, 3).map((name) => {
        const guest = now.get(name);
        const detail = sanitise(guest?.problem || guest?.detail || '');
        return `${name} ${guest?.state ?? 'gone'}${detail === '' ? '' : ` (${detail})`}`;
      });
      if (pending.length > 3) shown.push(`and ${pending.length - 3} more`);
      const done = count > 1 ? `${count - pending.length} of ${count} done; ` : '';
      line = done + shown.join(', ');
      if (terminal && pending.length > 0) write();
    },
    end(): void {
      clearInterval(timer);
      if (terminal) process.stderr.write('\r\u001b[K');
    },
  };
}
