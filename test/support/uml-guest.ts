/** A UML guest for tests that need a kernel and no root: an initramfs with an /init of the test's own. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guestPaths } from '../../src/adapters/uml/guest-directory.ts';
import { type Contents, findContents } from '../../src/adapters/uml/initramfs/contents.ts';
import { writeImage } from '../../src/adapters/uml/initramfs/image.ts';
import { probeKernel } from '../../src/adapters/uml/probe.ts';
import type { GuestWanted } from '../../src/model/desired.ts';
import type { StartRequest } from '../../src/model/runner.ts';
import { kernelCommandLine, mconsolePath } from '../../src/plan/command-line.ts';
import { guestWanted } from './model.ts';

export const kernel = '/usr/bin/linux.uml';
export const uid = 1_900_000_007;
const memoryBytes = 64 * 1024 * 1024;

/** Directories of one test file; `remove` ends nothing that runs in them. */
export interface Place {
  readonly guests: string;
  readonly logs: string;
  readonly replies: string;
  readonly images: string;
  remove(): Promise<void>;
}

export async function makePlace(): Promise<Place> {
  const base = await mkdtemp(join(tmpdir(), 'uml-'));
  await chmod(base, 0o755);
  const place = {
    guests: join(base, 'guests'),
    logs: join(base, 'logs'),
    replies: join(base, 'ask'),
    images: join(base, 'images'),
  };
  for (const directory of [place.guests, place.logs, place.images]) await mkdir(directory);
  return { ...place, remove: () => rm(base, { recursive: true, force: true }) };
}

/** An initramfs with the applets of the real one, in which `script` (sh) is all that runs. */
export async function imageWith(place: Place, name: string, script: string): Promise<string> {
  const contents: Contents = await findContents(kernel, await caps(), []);
  const path = join(place.images, `${name}.cpio`);
  const init = Buffer.from(`#!/bin/sh\nPATH=/bin\nmount -t proc proc /proc\n${script}\n`);
  await writeImage(path, { ...contents, modules: [], modulesDep: '', init });
  return path;
}

function caps() {
  return probeKernel(kernel, { uid, gid: uid });
}

export interface TestGuest {
  readonly request: StartRequest;
  readonly notify: string;
  readonly mconsole: string;
}

/** What starts the guest `name` from an image; its network device is never brought up. */
export async function guestFrom(
  place: Place,
  name: string,
  image: string,
  args: readonly string[] = [],
  network: Partial<GuestWanted['network']> = {},
): Promise<TestGuest> {
  const { own, uml, empty, notify } = guestPaths(place.guests, name);
  await mkdir(own, { recursive: true });
  const argv = kernelCommandLine({
    guest: guestWanted({
      name,
      memoryBytes,
      arguments: args,
      network: { ...guestWanted().network, tap: 'uml-test', ...network },
    }),
    caps: await caps(),
    initramfs: image,
    mount: { directory: '/export/test', defaultVersion: '4.2' },
    paths: { umlDir: uml, notify, hostfsJail: empty },
  });
  return {
    request: { guest: name, argv: [kernel, ...argv], uid, gid: uid, memoryBytes },
    notify,
    mconsole: mconsolePath(uml, name),
  };
}
