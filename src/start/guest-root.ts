import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { UserError } from '../model/error.ts';
import { bridgeAddress, type Places } from './places.ts';

const cli = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const patience = 60_000;

// Of two file systems on / the last is the one to be seen. The shell echoes the question, but only the answer has
// a type behind the bracket.
const question = `while read source target type rest; do [ "$target" = / ] && root="$type $source"; done </proc/mounts
echo "root<$root>"
`;
const answer = /root<(\w+)\s+([^>\s]+)>/;

/**
 * Asks the guest what its root is, in the shell on its console.
 * @returns file system type and source, `nfs4 192.168.2.1:/…`
 * @throws UserError where the root is not on NFS from this host, or the guest does not answer
 */
export async function rootMountOf(places: Places, guest: string, wish: AbortSignal): Promise<string> {
  const deadline = performance.now() + patience;
  let said = '';
  while (performance.now() < deadline) {
    // The login that follows readiness may swallow what was typed before it: then the question is asked again.
    const { stdout, stderr } = await execa(
      process.execPath,
      [cli, 'console', '--bus', places.bus, '--idle', '1', guest],
      {
        input: question,
        reject: false,
        timeout: 15_000,
        cancelSignal: wish,
      },
    );
    wish.throwIfAborted();
    said = stdout || stderr;
    const found = answer.exec(stdout);
    if (found !== null) {
      const [, type = '', source = ''] = found;
      if (type !== 'nfs4' || !source.startsWith(`${bridgeAddress}:`)) {
        throw new UserError(`find ${guest}'s root on NFS`, `its root is ${type} from ${source}`);
      }
      return `${type} ${source}`;
    }
    await setTimeout(500, undefined, { signal: wish });
  }
  throw new UserError(
    `ask ${guest} for its root`,
    `its console did not answer; it said last: ${JSON.stringify(said.slice(-300))}`,
  );
}
