import { execa } from 'execa';
import { type ToolSeen, tools } from '../../model/doctor/tools.ts';
import { sanitise } from '../../model/end.ts';
import { findProgram } from '../program.ts';
import { findBusybox } from '../uml/busybox.ts';

export function readTools(): Promise<ToolSeen[]> {
  return Promise.all(
    tools.map(async ({ program, version }) => {
      // One that needs no library of the root it runs in.
      const path = program === 'busybox' ? (await findBusybox())?.path : await findProgram(program);
      return {
        program,
        path,
        version: path === undefined || version === undefined ? '' : await ask(path, version),
      };
    }),
  );
}

/** The first line that a program answers; empty where it does not. */
export async function ask(path: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execa(path, args, {
    reject: false,
    timeout: 5_000,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  return sanitise((stdout || stderr).split('\n')[0] ?? '');
}
