/**
 * The main job of `npm start`, as ./main.ts runs it: in namespaces of its own it starts the daemon on one
 * definition and follows what becomes of the guest.
 */
import { mkdir } from 'node:fs/promises';
import { type Client, connectClient } from '../adapters/dbus/client.ts';
import { DaemonProcess } from '../sandbox/daemon-process.ts';
import { runInner } from '../sandbox/inner.ts';
import { prepareNamespace } from '../sandbox/machine.ts';
import { detail, say, write } from '../sandbox/say.ts';
import { writeDefinitions } from './definitions.ts';
import { showFailure } from './failure.ts';
import { Follower } from './follower.ts';
import { rootMountOf } from './guest-root.ts';
import type { StartOptions } from './options.ts';
import { guestAddress, guestName, type Places, placesOf } from './places.ts';
import type { StartResult } from './result.ts';

/** From the daemon's start to the guest's readiness (ms); the definition's own limits are shorter. */
const patience = 180_000;

async function run(options: StartOptions, wish: AbortSignal): Promise<StartResult> {
  const places = placesOf(options);
  await prepareNamespace(places.devices);
  await mkdir(places.logs, { recursive: true });
  await writeDefinitions(places);
  const daemon = await DaemonProcess.start(places);
  let client: Client | undefined;
  try {
    client = await daemon.reachable(() => connectClient({ address: places.bus }), wish);
    const follower = await Follower.follow(client, guestName, say);
    const readySeconds = await daemon.whileItRuns(follower.ready(patience, wish));
    say(
      `${guestName} (${guestAddress}) is ready: ${readySeconds.toFixed(1)} s after the start of its kernel`,
    );
    let rootMount = '';
    if (options.once) {
      rootMount = await daemon.whileItRuns(rootMountOf(places, guestName, wish));
      say(`inside, its root is ${rootMount}`);
    } else {
      showHowToLook(places);
      await daemon.whileItRuns(follower.untilWished(wish));
    }
    const begin = performance.now();
    await daemon.whileItRuns(follower.stop());
    const stopSeconds = (performance.now() - begin) / 1000;
    say(`${guestName} is stopped, in ${stopSeconds.toFixed(1)} s`);
    const { state } = follower.status;
    await daemon.end();
    return {
      guest: guestName,
      state,
      readySeconds: round(readySeconds),
      rootMount,
      stopSeconds: round(stopSeconds),
    };
  } catch (error) {
    if (!wish.aborted) await showFailure(places);
    throw error;
  } finally {
    client?.close();
    await daemon.end();
  }
}

function showHowToLook(places: Places): void {
  const umlnfs = `npm run -s umlnfs -- `;
  const bus = `--bus=${places.bus}`;
  write('\n');
  detail(`From another terminal, in ${process.cwd()}:`);
  detail(`  ${umlnfs}status ${bus}`);
  detail(`  ${umlnfs}logs ${bus} ${guestName}`);
  detail(`  ${umlnfs}console ${bus} ${guestName}`);
  detail('The console is a root shell; Ctrl-] leaves it.');
  detail(`Definitions, followed as they change: ${places.definitions}/umlnfs.d`);
  detail(`The daemon's own log: ${places.daemonLog}`);
  detail('Ctrl-C stops the guest and all the rest.');
  write('\n');
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

runInner(run);
