/** The measurements, as ./main.ts runs them: in namespaces of their own. */
import { mkdir } from 'node:fs/promises';
import { cpus, loadavg, release } from 'node:os';
import { buildInitramfs } from '../adapters/uml/initramfs/initramfs.ts';
import { guestTable } from '../definition/guest-table.ts';
import { messageOf } from '../model/error.ts';
import { DaemonProcess } from '../sandbox/daemon-process.ts';
import { runInner } from '../sandbox/inner.ts';
import { prepareNamespace } from '../sandbox/machine.ts';
import { say } from '../sandbox/say.ts';
import { showEnd } from '../sandbox/show-end.ts';
import type { Bench } from './measure/bench.ts';
import { measureDisk } from './measure/disk.ts';
import { measureFleet } from './measure/fleet.ts';
import { measureReaction } from './measure/reaction.ts';
import { measureStart } from './measure/start.ts';
import { measureTailored } from './measure/tailored.ts';
import type { BenchOptions, Part } from './options.ts';
import { type Places, placesOf } from './places.ts';
import type { Environment, Results } from './results.ts';
import { kernelCaps } from './sides/command.ts';
import { Umlnfs, writeHostFile } from './sides/umlnfs.ts';

const measurements: Readonly<Record<Part, (bench: Bench) => Promise<Partial<Results>>>> = {
  start: async (bench) => ({ start: await measureStart(bench) }),
  fleet: measureFleet,
  disk: async (bench) => ({ disk: await measureDisk(bench) }),
  tailored: async (bench) => ({ tailored: await measureTailored(bench) }),
  reaction: async (bench) => ({ reaction: await measureReaction(bench) }),
};

async function run(options: BenchOptions, wish: AbortSignal): Promise<Results> {
  const places = placesOf(options);
  const [load = 0] = loadavg();
  await prepareNamespace(places.devices);
  await mkdir(places.logs, { recursive: true });
  const kernel = options.kernel ?? guestTable.guest.keys.kernel.fallback;
  await writeHostFile(places, kernel);
  const environment = await prepareKernel(places, kernel, load);
  const daemon = await DaemonProcess.start(places);
  let results: Results = { environment, problems: [] };
  try {
    const umlnfs = await Umlnfs.connect(places, daemon, wish);
    const bench: Bench = { places, umlnfs, quick: options.quick, wish, say };
    for (const part of options.only) {
      try {
        results = { ...results, ...(await daemon.whileItRuns(measurements[part](bench))) };
      } catch (error) {
        wish.throwIfAborted();
        const problem = `${part} was not measured: ${messageOf(error)}`;
        say(problem);
        results = { ...results, problems: [...results.problems, problem] };
      }
    }
    umlnfs.close();
  } catch (error) {
    if (!wish.aborted) await showEnd("the daemon's log", places.daemonLog);
    throw error;
  } finally {
    say('ending the daemon');
    await daemon.end();
  }
  return results;
}

/** Both sides find the initramfs built: building it is no part of a start. */
async function prepareKernel(places: Places, kernel: string, load: number): Promise<Environment> {
  const caps = await kernelCaps(kernel);
  if (caps.nfsRoot === 'initramfs') await buildInitramfs(places.cache, kernel, caps, []);
  const processors = cpus();
  return {
    kernel: `Linux ${release()}`,
    guestKernel: caps.version,
    node: process.version,
    cpus: processors.length,
    cpuModel: processors[0]?.model ?? '',
    load,
  };
}

runInner(run);
