/** A directory with definition directories below it, for tests that read or watch real files. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export class DefinitionTree {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(): Promise<DefinitionTree> {
    return new DefinitionTree(await mkdtemp(join(tmpdir(), 'umlnfs-definitions-')));
  }

  /** In the order of their priority. */
  get directories(): string[] {
    return ['etc', 'run', 'usr/lib'].map((path) => join(this.root, path, 'umlnfs.d'));
  }

  get hostFile(): string {
    return this.path('etc/umlnfs.conf');
  }

  path(relative: string): string {
    return join(this.root, relative);
  }

  /** Writes a file as one written long ago, so that nobody waits for it to settle. */
  async write(relative: string, content: string | Uint8Array): Promise<string> {
    const path = await this.writeNow(relative, content);
    await this.age(path);
    return path;
  }

  async writeNow(relative: string, content: string | Uint8Array): Promise<string> {
    const path = this.path(relative);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  /** Makes a file or directory look old. */
  async age(path: string): Promise<void> {
    const before = new Date(Date.now() - 60_000);
    await utimes(path, before, before);
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
