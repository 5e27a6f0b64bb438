import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import { findProgram } from '../exporter/program.ts';

/** For whoever needs nft(8) and has none. */
export const nftHint =
  'install it with: apt-get install nftables; or write Filter=no in [Bridge] where all guests are to be trusted';

export interface NftResult {
  readonly failed: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs nft(8); a failure is the caller's to judge.
 * @param action what it is for, completing "cannot …"
 * @throws UserError where there is no nft
 */
export async function nft(action: string, args: readonly string[], input = ''): Promise<NftResult> {
  const program = await findProgram('nft');
  if (program === undefined) throw new UserError(action, 'there is no nft command', { hint: nftHint });
  const result = await execa(program, args, {
    reject: false,
    ...(input === '' ? { stdin: 'ignore' } : { input }),
    env: { LC_ALL: 'C' },
    timeout: 20_000,
    // It ends by itself; watching our own end for it costs milliseconds, and this runs at every look at the host.
    cleanup: false,
  });
  return {
    failed: result.failed,
    stdout: result.stdout,
    stderr: result.stderr === '' ? (result.shortMessage ?? '') : result.stderr,
  };
}

/** What nft says went wrong, in one line. */
export function firstError(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line = lines.find((one) => one.includes('Error: ')) ?? lines[0] ?? '';
  return line.replace(/^.*Error: /, '') || 'nft gave no reason';
}
