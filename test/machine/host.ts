import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { debianPackage } from '../support/deb.ts';
import { removeTree, runDirectory } from '../support/test-cache.ts';
import { makeTinyRoot } from '../support/tiny-root.ts';
import { baseMachine, makeDisk } from './qemu/base.ts';
import { type Answer, Machine } from './qemu/machine.ts';

const bootTimeout = 300_000;

/** A host in a machine of its own, with the package of this checkout installed and guests' roots in /export. */
export class Host {
  readonly #directory: string;
  readonly #machine: Machine;

  private constructor(directory: string, machine: Machine) {
    this.#directory = directory;
    this.#machine = machine;
  }

  /** Builds the package, starts the machine, and installs it there; umlnfsd does not run yet. */
  static async make(guests: readonly string[]): Promise<Host> {
    const base = await baseMachine();
    const directory = await runDirectory();
    try {
      const disk = await productDisk(directory, guests);
      const machine = await Machine.start(base, disk, directory, bootTimeout);
      const host = new Host(directory, machine);
      try {
        await host.#install();
        return host;
      } catch (error) {
        await machine.end();
        throw error;
      }
    } catch (error) {
      await removeTree(directory);
      throw error;
    }
  }

  async #install(): Promise<void> {
    await this.shell('mkdir /product && mount -o ro /dev/vdb /product && cp -a /product/export /');
    // Started when a test says so.
    await this.shell('ln -s /dev/null /run/systemd/system/umlnfsd.service; systemctl daemon-reload');
    await this.shell('dpkg -i /product/umlnfs.deb');
    await this.shell('rm /run/systemd/system/umlnfsd.service; systemctl daemon-reload');
  }

  run(script: string): Promise<Answer> {
    return this.#machine.run(script);
  }

  /** Runs a shell script as root, and returns what it printed. */
  shell(script: string): Promise<string> {
    return this.#machine.shell(script);
  }

  /**
   * Waits until a shell condition holds.
   * @param what completes "waited for …"
   * @param timeout seconds
   */
  async until(what: string, condition: string, timeout: number): Promise<void> {
    const script = `end=$(($(date +%s) + ${timeout}))
until ${condition}; do
  [ $(date +%s) -lt $end ] || exit 124
  sleep 0.5
done`;
    const { status, stderr } = await this.run(script);
    if (status !== 0) throw new Error(`waited ${timeout} s for ${what}: ${condition}\n${stderr}`);
  }

  /** Writes the guest's definition; `root` are lines of its section [Root], `more` sections that follow. */
  async define(guest: string, address: string, root = '', more = '', memory = '64M'): Promise<void> {
    // Limits are for real computers. What tests do in a guest is seen at once only without its caches.
    const text = `[Guest]
Address=${address}
Memory=${memory}
StartTimeoutSec=5min
StopTimeoutSec=2min
[Health]
IntervalSec=10s
TimeoutSec=30s
[Root]
Ac=no
${root}
${more}
`;
    const file = `/etc/umlnfs.d/${guest}.conf`;
    await this.shell(`cat >${file}.new <<'EOF'\n${text}EOF\nmv ${file}.new ${file}`);
  }

  /** A property of the guest's unit. */
  unit(guest: string, property: string): Promise<string> {
    return this.shell(`systemctl show --property=${property} --value umlnfs@${guest}`);
  }

  /** Waits until the unit is active with another main process than `before`; returns that. */
  async untilAnother(unit: string, before: string, timeout: number): Promise<string> {
    // Both of one answer: asked for one after the other, they can be of before and after the end.
    const show = `systemctl show --property=ActiveState,MainPID ${unit} | sort | tr '\\n' ' '`;
    const again = `case "$(${show})" in "ActiveState=active MainPID=${before} ") false ;; "ActiveState=active "*) ;; *) false ;; esac`;
    await this.until(`${unit} to be active again`, again, timeout);
    return await this.shell(`systemctl show --property=MainPID --value ${unit}`);
  }

  /** Waits until the guest is ready as another process than `before`; returns its main process. */
  async untilRestarted(guest: string, before: string): Promise<string> {
    return await this.untilAnother(`umlnfs@${guest}.service`, before, 400);
  }

  /** Runs a script inside the guest, and returns what it printed. */
  async inside(guest: string, script: string): Promise<string> {
    await this.tell(guest, script);
    const done = `/export/${guest}/done`;
    await this.until(`an answer from inside ${guest}`, `[ -e ${done} ]`, 300);
    return this.shell(`cat ${done}; rm ${done}`);
  }

  /** Has the guest run a script, and does not wait. */
  async tell(guest: string, script: string): Promise<void> {
    await this.shell(`cd /export/${guest} && cat >do.new <<'EOF'\n${script}\nEOF\nmv do.new do`);
  }

  /** What happened in it, for a failed test. */
  async story(): Promise<string> {
    const script = `umlnfs status; exportfs -v; systemctl --no-pager list-units 'umlnfs*'
journalctl --no-pager --boot --lines=300 | cut -c 1-300`;
    const { stdout, stderr } = await this.run(script);
    return `${stdout}${stderr}`;
  }

  /** Has it power itself off; returns what its console showed. */
  async powerOff(): Promise<string> {
    // The answer may not come out any more.
    await this.run('systemctl poweroff').catch(() => {});
    await this.#machine.ended;
    return this.#machine.console();
  }

  async dispose(): Promise<void> {
    await this.#machine.end();
    await removeTree(this.#directory);
  }
}

/** Makes a disk with the package of this checkout and a root for each guest. */
async function productDisk(directory: string, guests: readonly string[]): Promise<string> {
  const tree = join(directory, 'product');
  await mkdir(tree);
  await copyFile(await debianPackage(directory), join(tree, 'umlnfs.deb'));
  for (const guest of guests) await makeTinyRoot(join(tree, 'export', guest));
  const disk = join(directory, 'product.img');
  await makeDisk(disk, tree, '256M');
  await removeTree(tree);
  return disk;
}
