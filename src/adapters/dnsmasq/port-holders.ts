import { execa } from 'execa';

/** Who listens on a port of this host: `named (pid 42) on 0.0.0.0:53`; empty where nobody does, or it cannot be told. */
export async function portHolders(ports: readonly number[], except?: number): Promise<readonly string[]> {
  const filter = ports.map((port) => `sport = :${port}`).join(' or ');
  const { stdout } = await execa('ss', ['-H', '-l', '-n', '-t', '-u', '-p', filter], {
    reject: false,
    stdin: 'ignore',
    timeout: 5_000,
    env: { LC_ALL: 'C' },
  });
  const holders = parseHolders(String(stdout ?? ''));
  return [...new Set(holders.filter(({ pid }) => pid !== except).map(({ text }) => text))];
}

/** What ss(8) prints. */
export function parseHolders(output: string): { readonly pid: number | undefined; readonly text: string }[] {
  return output.split('\n').flatMap((line) => {
    const [, , , , local] = line.trim().split(/\s+/);
    if (local === undefined) return [];
    const [, program = 'something', pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
    const who = pid === undefined ? program : `${program.replace(/[^\w.-]/g, '?')} (pid ${pid})`;
    return [{ pid: pid === undefined ? undefined : Number(pid), text: `${who} on ${local}` }];
  });
}
