import { resolve } from 'node:path';
import { createRoot } from '../../../adapters/rootfs/create/create.ts';
import { rootPath } from '../../../adapters/rootfs/store.ts';
import { quote } from '../../../model/quote.ts';
import { type DebianWanted, debianSyntax } from '../../../model/rootfs/origin.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { interruptible } from '../../interruptible.ts';
import { print, tell } from '../../output.ts';
import { printable } from '../../printable.ts';
import { rootUse } from '../../rootfs-use.ts';
import { tailorAsked } from '../../tailor-options.ts';
import { type Invocation, UsageError } from '../../verb.ts';
import { WorkProgress } from '../../work-progress.ts';

export async function create(invocation: Invocation): Promise<ExitReason> {
  const [name = ''] = invocation.operands;
  const debian = debianOptions(invocation);
  const asked = await tailorAsked(invocation);
  const { host } = await rootUse(invocation.value('config-dir'));
  const path = rootPath(resolve(invocation.value('directory') ?? host.directories.export), name);
  const action = `create root ${quote(name).slice(1, -1)}`;
  const progress = new WorkProgress();
  const tailoring = { hostname: asked.wish.hostname, once: asked.once };
  const notes = await interruptible(action, (signal) =>
    createRoot({ name, path, origin: { kind: 'debian', debian }, tailoring }, { action, signal, progress }),
  ).finally(() => progress.end());
  for (const note of notes) tell(`root ${name}: ${printable(note)}`);
  tell(
    `root ${name} is ready${path === rootPath(host.directories.export, name) ? '' : `: Directory=${path}`}`,
  );
  print(`${path}\n`);
  return 'ok';
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
