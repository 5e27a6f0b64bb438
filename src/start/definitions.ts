import { mkdir, writeFile } from 'node:fs/promises';
import { bridgeAddress, guestAddress, guestName, type Places } from './places.ts';

/** Writes the host file and the guest's definition for the daemon. */
export async function writeDefinitions(places: Places): Promise<void> {
  const guests = `${places.definitions}/umlnfs.d`;
  await mkdir(guests, { recursive: true });
  await writeFile(
    `${places.definitions}/umlnfs.conf`,
    `[Bridge]
Address=${bridgeAddress}/24

[Server]
Exporter=ganesha

[Directories]
Export=${places.exports}
Runtime=${places.runtime}
Cache=${places.cache}
Log=${places.logs}

[DBus]
Address=private
`,
  );
  await writeFile(`${guests}/${guestName}.conf`, `[Guest]\nAddress=${guestAddress}\n`);
}
