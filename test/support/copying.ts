import { commandOf, findProcesses } from '../../src/adapters/uml/proc.ts';

/** The process that copies a root just now. */
export async function copying(): Promise<number | undefined> {
  for (const { pid } of await findProcesses(() => true)) {
    const { argv } = (await commandOf(pid)) ?? {};
    if (argv?.[0] === 'cp' && argv.includes('/target')) return pid;
  }
  return undefined;
}
