import { access, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, UserError } from '../../model/error.ts';
import { guestOfUnit, unitOf } from './unit-name.ts';

/** Before those of `systemctl edit`, which are called override.conf and win. */
const fileName = '50-umlnfs.conf';

/** The drop-ins that umlnfs writes for the units of guests. Those of the administrator are never touched. */
export class DropIns {
  readonly #directory: string;
  readonly #owed: string;

  /**
   * @param runtime the daemon's runtime directory
   * @param directory the runtime directory for units: gone with the host's next boot
   */
  constructor(runtime = '/run/umlnfs', directory = '/run/systemd/system') {
    this.#directory = directory;
    this.#owed = `${runtime}/reload-owed`;
  }

  /** Whether files were written that systemd has not read since: it may have failed to, or the daemon ended before. */
  async reloadOwed(): Promise<boolean> {
    return await access(this.#owed).then(
      () => true,
      () => false,
    );
  }

  /** Before the first file is written; and false once systemd has read them. */
  async oweReload(owed: boolean): Promise<void> {
    try {
      if (!owed) return await rm(this.#owed, { force: true });
      await mkdir(dirname(this.#owed), { recursive: true, mode: 0o755 });
      await writeFile(this.#owed, '');
    } catch (error) {
      throw new UserError('note that systemd is to read its units again', messageOf(error), { cause: error });
    }
  }

  /** By guest: the texts. */
  async read(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const names = await readdir(this.#directory).catch(() => []);
    await Promise.all(
      names.map(async (name) => {
        const guest = name.endsWith('.d') ? guestOfUnit(name.slice(0, -2)) : undefined;
        if (guest === undefined) return;
        const text = await readFile(`${this.#directory}/${name}/${fileName}`, 'utf8').catch(() => undefined);
        if (text !== undefined) found.set(guest, text);
      }),
    );
    return found;
  }

  async write(guest: string, text: string): Promise<void> {
    const directory = this.#of(guest);
    try {
      await mkdir(directory, { recursive: true, mode: 0o755 });
      await writeFile(`${directory}/.umlnfs.new`, text, { mode: 0o644 });
      await rename(`${directory}/.umlnfs.new`, `${directory}/${fileName}`);
    } catch (error) {
      throw new UserError(`configure the unit of guest ${guest}`, messageOf(error), { cause: error });
    }
  }

  async remove(guest: string): Promise<void> {
    await rm(`${this.#of(guest)}/${fileName}`, { force: true });
    // Others' files may be in it.
    await rmdir(this.#of(guest)).catch(() => undefined);
  }

  #of(guest: string): string {
    return `${this.#directory}/${unitOf(guest)}.d`;
  }
}
