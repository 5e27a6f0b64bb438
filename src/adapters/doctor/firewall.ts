import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { FirewallSeen } from '../../model/doctor/firewall.ts';
import { parseRuleset } from '../../model/doctor/packet-filter/ruleset.ts';
import { sanitise } from '../../model/end.ts';
import { messageOf } from '../../model/error.ts';
import { findProgram } from '../program.ts';

export async function readNftables(): Promise<FirewallSeen['nftables']> {
  const nft = await findProgram('nft');
  // Rules may be there all the same, but who makes them has mostly brought it along.
  if (nft === undefined) return { unknown: 'nft is missing', mend: 'apt install nftables' };
  const { failed, stdout, stderr } = await execa(nft, ['-j', 'list', 'ruleset'], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  if (failed)
    return { unknown: sanitise(stderr.split('\n')[0] ?? '') || 'nft fails', mend: 'sudo umlnfs doctor' };
  try {
    return parseRuleset(stdout);
  } catch (error) {
    return { unknown: messageOf(error), mend: 'look with: nft list ruleset' };
  }
}

/** What iptables-legacy-save prints; the kernel is asked first, since asking the program would make the tables. */
export async function readLegacy(proc = '/proc'): Promise<string> {
  const names = await readFile(`${proc}/net/ip_tables_names`, 'utf8').catch(() => '');
  const save = await findProgram('iptables-legacy-save');
  if (names.trim() === '' || save === undefined) return '';
  const { failed, stdout } = await execa(save, [], { reject: false, timeout: 10_000, stdin: 'ignore' });
  return failed ? '' : stdout;
}
