/** Units of systemd that mount roots at boot. */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { messageOf, UserError } from '../../../model/error.ts';
import { type Backing, mountUnit, unitMark } from '../../../model/rootfs/backing.ts';
import { mountPointOf } from '../mounts.ts';

const directory = '/etc/systemd/system';

/** Whether systemd is this host's process 1, as sd_booted(3) has it. */
export async function systemdRuns(): Promise<boolean> {
  return await stat('/run/systemd/system').then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** `export-web1.mount`: systemd takes no mount point with a link in its path. */
export async function mountUnitName(root: string): Promise<string> {
  const point = await mountPointOf(root);
  const { stdout } = await execa('systemd-escape', ['--path', '--suffix=mount', '--', point]);
  return stdout.trim();
}

/** Writes its unit where it is not as it should be; tells whether systemd has to read its files again. */
export async function writeMountUnit(backing: Backing): Promise<{ unit: string; changed: boolean }> {
  const unit = await mountUnitName(backing.root);
  const file = `${directory}/${unit}`;
  const text = mountUnit(backing, await mountPointOf(backing.root));
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === text) return { unit, changed: false };
  if (before !== undefined && !before.startsWith(unitMark)) {
    throw new UserError(`mount root ${backing.root}`, `${file} is somebody else's`, {
      hint: `remove it, or mount the root by it`,
    });
  }
  try {
    // Others may write theirs at the same time.
    const fresh = `${directory}/.${unit}.${process.pid}.new`;
    await writeFile(fresh, text, { mode: 0o644 });
    await rename(fresh, file);
  } catch (error) {
    throw new UserError(`mount root ${backing.root}`, messageOf(error), { cause: error });
  }
  return { unit, changed: true };
}

/** Has systemd mount it, now and at each boot. */
export async function enableMount(backing: Backing): Promise<void> {
  const { unit } = await writeMountUnit(backing);
  await systemctl(backing, ['daemon-reload']);
  await systemctl(backing, ['enable', '--now', '--quiet', unit]);
}

/** Has systemd unmount it, and forget about it. */
export async function disableMount(backing: Backing): Promise<void> {
  const unit = await mountUnitName(backing.root);
  await systemctl(backing, ['stop', unit]);
  const file = `${directory}/${unit}`;
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!text.startsWith(unitMark)) return;
  await systemctl(backing, ['disable', '--quiet', unit]);
  await rm(file, { force: true });
  await systemctl(backing, ['daemon-reload']);
}

async function systemctl(backing: Backing, args: readonly string[]): Promise<void> {
  const { failed, stderr, shortMessage } = await execa('systemctl', args, {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  if (failed) {
    throw new UserError(
      `${args[0]} the mount of root ${backing.root}`,
      stderr.trim() || (shortMessage ?? ''),
      {
        hint: `journalctl -u ${await mountUnitName(backing.root)} tells why`,
      },
    );
  }
}
