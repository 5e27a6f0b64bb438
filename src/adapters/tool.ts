import { execa } from 'execa';

export interface ToolResult {
  readonly failed: boolean;
  readonly stdout: string;
  /** Why it failed, where it said nothing itself. */
  readonly stderr: string;
}

/** Runs a program that reads or changes the host's network; undefined where there is none of that name. */
export async function tool(
  program: string,
  args: readonly string[],
  { input = '', timeout }: { readonly input?: string; readonly timeout?: number } = {},
): Promise<ToolResult | undefined> {
  const result = await execa(program, args, {
    reject: false,
    ...(input === '' ? { stdin: 'ignore' } : { input }),
    env: { LC_ALL: 'C' },
    ...(timeout === undefined ? {} : { timeout }),
    // It ends by itself; watching our own end for it costs milliseconds, and this runs at every look at the host.
    cleanup: false,
  });
  if (result.code === 'ENOENT') return undefined;
  return {
    failed: result.failed,
    stdout: result.stdout,
    stderr: result.stderr === '' ? (result.shortMessage ?? '') : result.stderr,
  };
}
