import { readdir, stat } from 'node:fs/promises';
import type { ProcessSeen } from '../../model/observed.ts';
import { guestPaths } from './guest-directory.ts';
import { ageOf, commandOf, findProcesses, isOurs, type ProcessStat } from './proc.ts';

export interface Adoptable {
  readonly seen: ProcessSeen;
  readonly stat: ProcessStat;
}

/**
 * The guests' kernels that run on this host with their directories below `guests`, by name. A process is one
 * only if it belongs to the user that the guest's directory belongs to: arguments can be made to look like
 * another guest's.
 *
 * @param now milliseconds on the monotonic clock
 */
export async function findGuests(guests: string, now: number): Promise<Map<string, Adoptable>> {
  const found = new Map<string, Adoptable>();
  const names = await readdir(guests).catch(() => []);
  if (names.length === 0) return found;
  const byArgument = new Map(names.map((name) => [`uml_dir=${guestPaths(guests, name).uml}`, name]));
  // UML's main process leads a session; the processes in the guest are others of it.
  for (const process of await findProcesses(({ pid, session }) => pid === session)) {
    const command = await commandOf(process.pid);
    if (command === undefined || command.uid === 0 || isStarting(command.argv)) continue;
    const name = command.argv.map((word) => byArgument.get(word)).find((guest) => guest !== undefined);
    if (name === undefined || !command.argv.includes(`umid=${name}`) || !(await isOurs(process.pid)))
      continue;
    const owner = await stat(guestPaths(guests, name).uml).catch(() => undefined);
    if (owner?.uid !== command.uid) continue;
    const known = found.get(name);
    if (known !== undefined && known.stat.startTicks <= process.startTicks) continue;
    const startedAt = now - (await ageOf(process));
    found.set(name, {
      seen: { pid: process.pid, startedAt, argv: command.argv, uid: command.uid, adopted: true },
      stat: process,
    });
  }
  return found;
}

/** The programs that drop privileges before the kernel is executed have its arguments as well. */
function isStarting(argv: readonly string[]): boolean {
  return argv.includes('--ignore-environment');
}
