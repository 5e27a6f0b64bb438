import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type CliResult, runCli } from './cli.ts';
import { compiledSources } from './compiled.ts';

/** Definitions and roots in a directory of their own, for `umlnfs rootfs`. */
export class RootStore {
  /** Definitions are in `etc` of it, roots in `export`. */
  readonly directory: string;
  /** The program of the command line. */
  readonly main: string;

  private constructor(directory: string, main: string) {
    this.directory = directory;
    this.main = main;
  }

  /** @param host further lines of the host file */
  static async make(host = ''): Promise<RootStore> {
    const main = join(await compiledSources(), 'cli/main.js');
    const directory = await mkdtemp(join(tmpdir(), 'umlnfs-roots-'));
    await mkdir(join(directory, 'etc/umlnfs.d'), { recursive: true });
    await mkdir(join(directory, 'export'));
    const store = new RootStore(directory, main);
    const places = ['Export', 'State', 'Runtime'].map((key) => `${key}=${directory}/${key.toLowerCase()}\n`);
    await writeFile(join(directory, 'etc/umlnfs.conf'), `[Directories]\n${places.join('')}${host}`);
    return store;
  }

  /** A path in a root. */
  root(name: string, path = ''): string {
    return join(this.directory, 'export', name, path);
  }

  rootfs(verb: string, ...args: string[]): Promise<CliResult> {
    return runCli(this.main, ['rootfs', verb, ...this.place, ...args]);
  }

  /** What tells the command line where it is. */
  get place(): readonly string[] {
    return [`--config-dir=${this.directory}/etc`];
  }

  /** Removes it, with what is mounted in it. */
  async dispose(): Promise<void> {
    const { stdout } = await execa('findmnt', ['--list', '--noheadings', '--output', 'TARGET']);
    for (const point of stdout.split('\n').reverse())
      if (point.startsWith(`${this.directory}/`)) await execa('umount', [point]);
    await rm(this.directory, { recursive: true, force: true });
  }
}
