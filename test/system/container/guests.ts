import { makeTinyRoot } from '../../support/tiny-root.ts';
import { guestTree } from './base.ts';
import type { Container } from './container.ts';

/** A guest of one program, ready in a second; `more` are further lines of the definition. */
export async function tinyGuest(
  container: Container,
  name: string,
  address: string,
  more = '',
  memory = '64M',
): Promise<void> {
  await makeTinyRoot(container.path(`/export/${name}`));
  await container.write(
    `/etc/umlnfs.d/${name}.conf`,
    `[Guest]\nAddress=${address}\nMemory=${memory}\n${more}`,
  );
}

/** A small Debian 13 with systemd, on a definition of two lines. */
export async function debianGuest(container: Container, name: string, address: string): Promise<void> {
  await container.copy(await guestTree(), `/export/${name}`);
  await container.write(`/etc/umlnfs.d/${name}.conf`, `[Guest]\nAddress=${address}\n`);
}

/** A property of the guest's unit, as systemctl show has it. */
export function unitProperty(container: Container, name: string, property: string): Promise<string> {
  return container.exec('systemctl', 'show', `--property=${property}`, '--value', `umlnfs@${name}`);
}

/** The journal of the guest's unit, all that has been written to it until now. */
export async function unitJournal(container: Container, name: string): Promise<string> {
  await container.exec('journalctl', '--sync');
  return container.exec('journalctl', '--no-pager', '--output=cat', `--unit=umlnfs@${name}`);
}
