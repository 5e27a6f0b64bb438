import { execa } from 'execa';
import type { Listener } from '../../model/listener.ts';

/** Who listens on a port of this host; empty where nobody does, or it cannot be told. */
export async function portHolders(ports: readonly number[]): Promise<readonly Listener[]> {
  const filter = ports.map((port) => `sport = :${port}`).join(' or ');
  const { stdout } = await execa('ss', ['-H', '-l', '-n', '-t', '-u', '-p', filter], {
    reject: false,
    stdin: 'ignore',
    timeout: 5_000,
    env: { LC_ALL: 'C' },
  });
  return parseHolders(String(stdout ?? ''));
}

/** What ss(8) prints. */
export function parseHolders(output: string): Listener[] {
  return output.split('\n').flatMap((line) => {
    const [, , , , local] = line.trim().split(/\s+/);
    if (local === undefined) return [];
    const [, program = 'something', pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
    const who = pid === undefined ? program : `${program.replace(/[^\w.-]/g, '?')} (pid ${pid})`;
    return [{ who, local }];
  });
}
