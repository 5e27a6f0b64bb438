/** What only one machine may have, made anew in a copy of a root. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { messageOf, UserError } from '../../../model/error.ts';
import { GuestRoot } from '../inside.ts';

const hostKey = /^ssh_host_([a-z0-9]+)_key(?:\.pub|-cert\.pub)?$/;
const keyTypes = ['rsa', 'ecdsa', 'ed25519'];

/** @param scratch a directory that only root can look into */
export async function renewIdentity(tree: string, scratch: string, action: string): Promise<void> {
  const root = await GuestRoot.open(tree);
  try {
    await renewMachineId(root);
    await renewHostKeys(root, scratch, action);
  } finally {
    await root.close();
  }
}

async function renewMachineId(root: GuestRoot): Promise<void> {
  const id = `${randomUUID().replaceAll('-', '')}\n`;
  for (const file of ['etc/machine-id', 'var/lib/dbus/machine-id']) {
    // The second is a link to the first as a rule.
    if ((await root.look(file)).kind === 'file') await root.writeText(file, id, 0o444);
  }
  // A seed that two machines have gives both the same random numbers.
  await root.remove('var/lib/systemd/random-seed');
}

/** Keys of the kinds that there are; those of kinds that are made no more go. */
async function renewHostKeys(root: GuestRoot, scratch: string, action: string): Promise<void> {
  const names = (await root.names('etc/ssh')).filter((name) => hostKey.test(name));
  for (const name of names) await root.remove(`etc/ssh/${name}`);
  const types = new Set(names.map((name) => hostKey.exec(name)?.[1] ?? ''));
  for (const type of keyTypes.filter((one) => types.has(one))) {
    const file = join(scratch, `key-${type}`);
    try {
      await execa('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'root@guest', '-f', file], {
        stdin: 'ignore',
      });
    } catch (error) {
      throw new UserError(action, `it has SSH host keys, and no new ones can be made: ${messageOf(error)}`, {
        hint: 'apt install openssh-client',
        cause: error,
      });
    }
    const path = `etc/ssh/ssh_host_${type}_key`;
    await root.writeText(path, await readFile(file, 'utf8'), 0o600);
    await root.writeText(`${path}.pub`, await readFile(`${file}.pub`, 'utf8'), 0o644);
  }
}
