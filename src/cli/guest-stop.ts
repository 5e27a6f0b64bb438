#!/usr/bin/env node
/**
 * Shuts one guest down in order, without the daemon: for ExecStop= of its unit, as the guest's user. Usage:
 * guest-stop NAME PID. Ends when the guest's kernel has ended, or when nothing but a signal is left to try.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { guestPaths } from '../adapters/uml/guest-directory.ts';
import { type MconsoleCommand, mconsole } from '../adapters/uml/mconsole.ts';
import { isGuestName } from '../definition/guest-name.ts';
import { messageOf } from '../model/error.ts';
import type { StopPhase } from '../model/observed.ts';
import { mconsolePath } from '../plan/command-line.ts';
import { phaseLimit } from '../plan/stop-phases.ts';

const runtimeGuests = '/run/umlnfs/guests';
/** Milliseconds for the answer to one request. */
const requestTimeout = 1_000;
const lookInterval = 50;
const usualStopTimeout = 30_000;

const phases: readonly (readonly [StopPhase, readonly MconsoleCommand[]])[] = [
  ['ctrl-alt-del', ['cad']],
  ['sync', ['sysrq s', 'sysrq u']],
  ['halt', ['halt']],
];

async function main(): Promise<void> {
  const [name = '', pidText = ''] = process.argv.slice(2);
  const pid = Number(pidText);
  if (!isGuestName(name) || !Number.isInteger(pid) || pid <= 1) {
    process.stderr.write('usage: guest-stop NAME PID\n');
    process.exitCode = 2;
    return;
  }
  const own = process.env.UMLNFS_GUEST_DIRECTORY ?? guestPaths(runtimeGuests, name).own;
  const uml = `${own}/uml`;
  const given = Number(process.env.UMLNFS_STOP_TIMEOUT_MS);
  const stopTimeout = Number.isFinite(given) && given >= 0 ? given : usualStopTimeout;
  const ask = async (command: MconsoleCommand) => {
    const answer = await mconsole(mconsolePath(uml, name), command, {
      timeoutMs: requestTimeout,
      replyDir: `${uml}/ask`,
      peerUid: process.getuid?.() ?? 0,
    });
    if (!answer.ok) throw new Error(`the kernel refused ${command}`);
  };
  for (const [phase, commands] of phases) {
    try {
      for (const command of commands) await ask(command);
    } catch (error) {
      if (!isAlive(pid)) return;
      // A guest that cannot be asked gets no time to answer.
      process.stderr.write(`${phase} did not reach guest ${name}: ${messageOf(error)}\n`);
      continue;
    }
    if (await ends(pid, phaseLimit(phase, stopTimeout))) return;
    process.stderr.write(`${phase} did not end guest ${name}\n`);
  }
}

async function ends(pid: number, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (performance.now() < deadline) {
    if (!isAlive(pid)) return true;
    await sleep(lookInterval);
  }
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

await main();
