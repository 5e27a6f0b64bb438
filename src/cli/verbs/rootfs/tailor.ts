import { basename } from 'node:path';
import { clonesOver } from '../../../adapters/rootfs/backing/store.ts';
import { changesAsDiff } from '../../../adapters/rootfs/diff.ts';
import { GuestRoot } from '../../../adapters/rootfs/inside.ts';
import { setup } from '../../../adapters/rootfs/tailor.ts';
import { UserError } from '../../../model/error.ts';
import { imagesIn } from '../../../model/rootfs/backing.ts';
import type { SetupWish } from '../../../model/tailoring/setup.ts';
import type { TailoringWish } from '../../../model/tailoring/wanted.ts';
import { configured } from '../../doctor/configured.ts';
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
  if (!dryRun) await refuseCloned(operand, root.directory, invocation.value('config-dir'));
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

/** What is beneath an overlay must not change. */
async function refuseCloned(name: string, directory: string, configDir: string | undefined): Promise<void> {
  const { host } = await configured(configDir);
  const clones = await clonesOver(imagesIn(host.directories.state), directory);
  if (clones.length === 0) return;
  const what = clones.length === 1 ? 'is a clone over it, and it' : 'are clones over it, and it';
  throw new UserError(`tailor root ${name}`, `${clones.join(', ')} ${what} must stay as it is`, {
    hint: `tailor ${clones.length === 1 ? 'that' : 'those'} instead: umlnfs rootfs tailor ${clones[0]}`,
  });
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
