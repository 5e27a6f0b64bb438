import { resolve } from 'node:path';
import { createRoot, type RootWanted } from '../../../adapters/rootfs/create/create.ts';
import { rootPath, treeSize } from '../../../adapters/rootfs/store.ts';
import { quote } from '../../../model/quote.ts';
import { type DebianWanted, debianSyntax, type Origin } from '../../../model/rootfs/origin.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { groundAsked } from '../../ground-options.ts';
import { interruptible } from '../../interruptible.ts';
import { print, tell } from '../../output.ts';
import { printable } from '../../printable.ts';
import { groundFor } from '../../root-ground.ts';
import { rootPlaces } from '../../root-places.ts';
import { type RootUse, rootUse } from '../../rootfs-use.ts';
import { tailorAsked } from '../../tailor-options.ts';
import { type Invocation, UsageError } from '../../verb.ts';
import { WorkProgress } from '../../work-progress.ts';

const ofDebian = ['suite', 'arch', 'mirror', 'include', 'variant'] as const;

export async function create(invocation: Invocation): Promise<ExitReason> {
  const [name = ''] = invocation.operands;
  const asked = groundAsked(invocation);
  const debian = debianOptions(invocation);
  const tailor = await tailorAsked(invocation);
  const tarball = invocation.value('from-tarball');
  const fromHost = invocation.flag('from-host');
  const given = ofDebian.find((option) => invocation.value(option) !== undefined);
  if (tarball !== undefined && fromHost)
    throw new UsageError('either --from-host or --from-tarball, not both');
  if (given !== undefined && (fromHost || tarball !== undefined))
    throw new UsageError(`--${given} is for roots from a distribution`);
  const use = await rootUse(invocation.value('config-dir'));
  const places = rootPlaces(invocation, use.host);
  const origin: Origin = fromHost
    ? { kind: 'host', without: ownDirectories(use, places.directory) }
    : tarball !== undefined
      ? { kind: 'tarball', file: resolve(tarball) }
      : { kind: 'debian', debian };
  const ground = asked ?? (await groundFor(name, places, use, fromHost ? await hostSize() : 0));
  await making(`create root ${quote(name).slice(1, -1)}`, {
    name,
    path: rootPath(places.directory, name),
    origin,
    ground,
    tailoring: { hostname: tailor.wish.hostname, once: tailor.once },
    images: places.images,
  });
  return done(name, rootPath(places.directory, name), use);
}

export async function making(action: string, wanted: RootWanted): Promise<void> {
  const progress = new WorkProgress();
  const notes = await interruptible(action, (signal) =>
    createRoot(wanted, { action, signal, progress }),
  ).finally(() => progress.end());
  for (const note of notes) tell(`root ${wanted.name}: ${printable(note)}`);
}

export function done(name: string, path: string, { host }: RootUse): ExitReason {
  const usual = path === rootPath(host.directories.export, name);
  tell(`root ${name} is ready${usual ? '' : `, for definitions with Directory=${path}`}`);
  print(`${path}\n`);
  return 'ok';
}

/** What is in a copy of the host neither needed nor meant for a guest: roots, and what umlnfs keeps. */
function ownDirectories({ host, roots }: RootUse, parent: string): string[] {
  const { export: exported, state, runtime, cache, log } = host.directories;
  return [...new Set([parent, exported, state, runtime, cache, log, ...roots])];
}

async function hostSize(): Promise<number> {
  const sizes = await Promise.all(['/usr', '/etc', '/opt'].map(treeSize));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

function debianOptions(invocation: Invocation): DebianWanted {
  const checked = (name: 'suite' | 'arch' | 'mirror' | 'variant') => {
    const value = invocation.value(name);
    if (value !== undefined && !debianSyntax[name].test(value))
      throw new UsageError(`--${name}=${quote(value).slice(1, -1)} is none`);
    return value;
  };
  const include = (invocation.value('include') ?? '').split(/[\s,]+/).filter((text) => text !== '');
  const bad = include.find((text) => !debianSyntax.package.test(text));
  if (bad !== undefined) throw new UsageError(`--include: ${quote(bad)} is no name of a package`);
  return {
    suite: checked('suite'),
    arch: checked('arch'),
    mirror: checked('mirror'),
    variant: checked('variant'),
    include,
  };
}
