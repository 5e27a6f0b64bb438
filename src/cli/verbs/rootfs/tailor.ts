import { basename } from 'node:path';
import { changesAsDiff } from '../../../adapters/rootfs/diff.ts';
import { GuestRoot } from '../../../adapters/rootfs/inside.ts';
import { setup } from '../../../adapters/rootfs/tailor.ts';
import type { SetupWish } from '../../../model/tailoring/setup.ts';
import type { TailoringWish } from '../../../model/tailoring/wanted.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { print, tell } from '../../output.ts';
import { printable } from '../../printable.ts';
import { type NamedRoot, rootOperand } from '../../root-operand.ts';
import { tailorAsked } from '../../tailor-options.ts';
import type { Invocation } from '../../verb.ts';

export async function tailor(invocation: Invocation): Promise<ExitReason> {
  const [operand = ''] = invocation.operands;
  const asked = await tailorAsked(invocation);
  const root = await rootOperand(operand, invocation.value('config-dir'));
  const wish = await wishFor(root, asked.wish);
  const dryRun = invocation.flag('dry-run');
  const { changes, notes } = await setup(root.directory, wish, onceFor(root, asked.once), { dryRun });
  for (const note of notes) tell(`${printable(root.directory)}: ${printable(note)}`);
  if (dryRun) {
    print(await changesAsDiff(changes));
    return 'ok';
  }
  for (const { path, what } of changes) print(`${printable(path)}: ${what}\n`);
  tell(
    changes.length === 0
      ? `root ${printable(root.directory)} is tailored already`
      : `root ${printable(root.directory)} is tailored`,
  );
  return 'ok';
}

/** What the options say, else the definition, else the root. */
async function wishFor({ directory, guest }: NamedRoot, asked: TailoringWish): Promise<TailoringWish> {
  return {
    hostname: asked.hostname ?? guest?.hostname ?? (await nameForNameless(directory)),
    dns: guest?.network.dns ?? [],
  };
}

async function nameForNameless(directory: string): Promise<string | undefined> {
  const inside = await GuestRoot.open(directory);
  try {
    if ((await inside.look('etc/hostname')).kind !== 'missing') return undefined;
  } finally {
    await inside.close();
  }
  const name = basename(directory).toLowerCase();
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name) ? name : undefined;
}

function onceFor({ guest }: NamedRoot, once: SetupWish): SetupWish {
  const device = guest?.network.device;
  return { ...once, devices: [...new Set(['vec0', 'eth0', ...(device === undefined ? [] : [device])])] };
}
