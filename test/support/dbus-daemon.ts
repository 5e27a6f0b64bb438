import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export interface TestBus {
  readonly address: string;
  readonly directory: string;
  /** Ends the bus; {@link TestBus.start} brings it back at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

const config = (
  socket: string,
) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
`;

/** A real message bus of the test's own, open to every user. */
export async function startTestBus(): Promise<TestBus> {
  const directory = await mkdtemp(join(tmpdir(), 'umlnfs-bus-'));
  const socket = join(directory, 'bus');
  const file = join(directory, 'bus.conf');
  await writeFile(file, config(socket));
  let daemon: ReturnType<typeof spawnDaemon> | undefined;

  const spawnDaemon = () =>
    execa('dbus-daemon', [`--config-file=${file}`, '--nofork', '--nopidfile', '--print-address=1'], {
      reject: false,
      buffer: false,
      stdin: 'ignore',
      stderr: 'ignore',
    });
  const stop = async () => {
    daemon?.kill('SIGTERM');
    await daemon;
    daemon = undefined;
  };
  const start = async () => {
    const started = spawnDaemon();
    daemon = started;
    // It prints the address when it listens.
    await new Promise<void>((resolve, reject) => {
      started.stdout.once('data', () => resolve());
      started.on('exit', (code) => reject(new Error(`dbus-daemon ended with ${code}`)));
    });
  };
  await start();
  return {
    address: `unix:path=${socket}`,
    directory,
    stop,
    start,
    remove: async () => {
      await stop();
      await rm(directory, { recursive: true });
    },
  };
}
