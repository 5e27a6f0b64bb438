import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import { commandOf, findProcesses, isOurs, livingProcess } from '../uml/proc.ts';
import { connectBus, isAbsent } from './bus.ts';
import { privateBusAddress, privateBusSocket } from './private-address.ts';

/** sun_path, with the zero at its end. */
const longestSocket = 107;

function pathsOf(runtime: string) {
  return {
    socket: privateBusSocket(runtime),
    config: join(runtime, 'bus.conf'),
    pid: join(runtime, 'bus.pid'),
  };
}

/**
 * Where a daemon is to be reached whose host file does not say it: `system` where a system bus runs, or should (one
 * that hangs or lets nobody in is for its administrator), else `private`.
 */
export async function defaultBus(): Promise<'system' | 'private'> {
  try {
    (await connectBus('system')).close();
    return 'system';
  } catch (error) {
    return isAbsent((error as Error).cause) ? 'private' : 'system';
  }
}

/**
 * Makes the private message bus of a runtime directory answer: the one that does already, else a new one, which
 * outlives this process. Only root gets in: whoever reaches it can stop guests and change exports.
 * @returns its address
 * @throws UserError where there is no dbus-daemon, or it does not start
 */
export function ensurePrivateBus(runtime: string): Promise<string> {
  // Several need it when it is lost, and each would start one.
  const under = underWay.get(runtime);
  if (under !== undefined) return under;
  const ensuring = ensure(runtime).finally(() => underWay.delete(runtime));
  underWay.set(runtime, ensuring);
  return ensuring;
}

const underWay = new Map<string, Promise<string>>();

async function ensure(runtime: string): Promise<string> {
  const address = privateBusAddress(runtime);
  const paths = pathsOf(runtime);
  const action = `start the private bus at ${paths.socket}`;
  if (!/^\/[A-Za-z0-9/._-]*$/.test(paths.socket)) {
    throw new UserError(action, 'its path has characters that a D-Bus address cannot hold', {
      hint: 'use letters, digits and . _ - for Runtime=',
    });
  }
  if (Buffer.byteLength(paths.socket) > longestSocket) {
    throw new UserError(action, `its path is longer than ${longestSocket} bytes`, {
      hint: 'choose a shorter Runtime=',
    });
  }
  if (await answers(address)) return address;
  await mkdir(runtime, { recursive: true, mode: 0o755 });
  await stopPrivateBus(runtime);
  await writeFile(paths.config, configuration(paths.socket), { mode: 0o644 });
  // It returns when the bus listens, in a session of its own by then.
  const result = await execa(
    'dbus-daemon',
    [`--config-file=${paths.config}`, '--fork', '--nopidfile', '--print-pid=1'],
    { reject: false, stdin: 'ignore', cwd: '/' },
  );
  if (result.code === 'ENOENT') {
    throw new UserError(action, 'there is no dbus-daemon', {
      hint: 'install it with: apt-get install dbus-daemon',
    });
  }
  if (result.failed) throw new UserError(action, (result.stderr || result.shortMessage || '').trim());
  await writeFile(paths.pid, `${result.stdout.trim()}\n`);
  if (!(await answers(address))) throw new UserError(action, 'it was started and does not answer');
  return address;
}

/** Ends the private bus of a runtime directory, if one runs, and removes its files. */
export async function stopPrivateBus(runtime: string): Promise<void> {
  const paths = pathsOf(runtime);
  for (const pid of await runningBuses(paths.config)) await end(pid);
  for (const path of Object.values(paths)) await rm(path, { force: true });
}

/** Found by their command lines: who removes the runtime directory removes a file with their numbers, too. */
async function runningBuses(config: string): Promise<number[]> {
  const found: number[] = [];
  for (const { pid } of await findProcesses(({ pid, session }) => pid === session)) {
    const command = await commandOf(pid);
    if (command?.uid !== process.getuid?.() || !command?.argv[0]?.endsWith('dbus-daemon')) continue;
    if (command.argv.includes(`--config-file=${config}`) && (await isOurs(pid))) found.push(pid);
  }
  return found;
}

async function end(pid: number): Promise<void> {
  for (const [signal, patience] of [['SIGTERM', 2_000] as const, ['SIGKILL', 2_000] as const]) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + patience;
    while (performance.now() < deadline) {
      if ((await livingProcess(pid)) === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    (await connectBus(address, 2_000)).close();
    return true;
  } catch {
    return false;
  }
}

/** Without a type there is no activation, and nothing of the machine's own bus configuration is read. */
function configuration(socket: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <deny user="*"/>
    <allow user="root"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
</busconfig>
`;
}
