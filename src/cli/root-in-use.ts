import { realpath } from 'node:fs/promises';
import { chooseExporter } from '../adapters/exporter/choose.ts';
import { runningRoots } from '../adapters/rootfs/running.ts';
import { UserError } from '../model/error.ts';
import type { RootUse } from './rootfs-use.ts';

/**
 * Refuses a root that a definition names, that a guest runs from, or that is exported to anybody: only through an
 * export can it be mounted elsewhere.
 * @throws UserError
 */
export async function refuseUsed(action: string, path: string, use: RootUse): Promise<void> {
  const [user] = await use.usersOf(path);
  if (user !== undefined) {
    throw new UserError(action, `guest ${user.guest} has it as its root (${user.file})`, {
      hint: 'remove that definition first, or name another root in it',
    });
  }
  await refuseRunning(action, path, use);
  await refuseExported(action, path, use);
}

/** @throws UserError where a guest runs from it */
export async function refuseRunning(action: string, path: string, use: RootUse): Promise<void> {
  const real = await realpath(path).catch(() => path);
  const users = await use.usersOf(path);
  const running = (await runningRoots()).find(
    ({ guest, directory }) =>
      directory === path || directory === real || users.some((user) => user.guest === guest),
  );
  if (running === undefined) return;
  throw new UserError(action, `guest ${running.guest} runs from it`, {
    hint: `umlnfs stop ${running.guest}`,
  });
}

async function refuseExported(action: string, path: string, { host }: RootUse): Promise<void> {
  const real = await realpath(path).catch(() => path);
  const exporter = await chooseExporter(host);
  try {
    const { exports } = await exporter.observe();
    const exported = exports.find((one) => one.path === path || one.path === real);
    if (exported === undefined) return;
    const whose = exported.guest === undefined ? '' : ` for guest ${exported.guest}`;
    throw new UserError(action, `it is exported to ${exported.client}${whose}`, {
      hint:
        exported.guest === undefined
          ? `end that export first: exportfs -u ${exported.client}:${exported.path}`
          : 'umlnfsd ends that export once there is no definition, and the guest has stopped',
    });
  } finally {
    await exporter.close({ stopServer: false });
  }
}
