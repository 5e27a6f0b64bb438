import { commandOf, findProcesses } from '../uml/proc.ts';

/** A guest that runs, by its kernel's command line. */
export interface RunningRoot {
  readonly guest: string;
  /** What it asks its server for: a directory of this host, unless the server shows it as something else. */
  readonly directory: string;
}

/** The roots of all UML kernels on this host, whoever started them. */
export async function runningRoots(): Promise<RunningRoot[]> {
  const processes = await findProcesses(() => true);
  const commands = await Promise.all(processes.map(({ pid }) => commandOf(pid)));
  return commands.flatMap((command) => {
    const word = (name: string) =>
      command?.argv.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const [guest, nfsroot] = [word('umid'), word('nfsroot')];
    if (guest === undefined || nfsroot === undefined) return [];
    const directory = nfsroot.replace(/^[^/]*:/, '').replace(/,.*$/s, '');
    // See pseudoPath of the planner.
    const own = `/umlnfs/${guest.replace(':', '@')}`;
    return [{ guest, directory: directory.startsWith(`${own}/`) ? directory.slice(own.length) : directory }];
  });
}
