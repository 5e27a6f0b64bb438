import { UserError } from '../../model/error.ts';
import { findProgram } from '../program.ts';
import { type ToolResult, tool } from '../tool.ts';

/** For whoever needs nft(8) and has none. */
export const nftHint =
  'install it with: apt-get install nftables; or write Filter=no in [Bridge] where all guests are to be trusted';

/** Milliseconds. */
const longest = 20_000;

/**
 * Runs nft(8); a failure is the caller's to judge.
 * @param action what it is for, completing "cannot …"
 * @throws UserError where there is no nft
 */
export async function nft(action: string, args: readonly string[], input = ''): Promise<ToolResult> {
  const program = await findProgram('nft');
  const result = program === undefined ? undefined : await tool(program, args, { input, timeout: longest });
  if (result === undefined) throw new UserError(action, 'there is no nft command', { hint: nftHint });
  return result;
}

/** What nft says went wrong, in one line. */
export function firstError(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line = lines.find((one) => one.includes('Error: ')) ?? lines[0] ?? '';
  return line.replace(/^.*Error: /, '') || 'nft gave no reason';
}
