import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExportWanted } from '../../model/desired.ts';
import { UserError } from '../../model/error.ts';

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Refuses what cannot be exported: a path that is no directory, and with `mountpoint` or `mp` one where nothing is
 * mounted, see exports(5).
 * @throws UserError
 */
export async function checkDirectory(action: string, wanted: ExportWanted): Promise<void> {
  if (!(await isDirectory(wanted.path))) throw noDirectory(action, wanted);
  const mount = mountAskedFor(wanted);
  if (mount !== undefined && !(await isMountPoint(mount.at))) throw nothingMounted(action, mount);
}

interface MountAskedFor {
  readonly option: string;
  readonly at: string;
}

/** Where something has to be mounted, by the options `mountpoint` and `mp`. */
export function mountAskedFor({ path, options }: ExportWanted): MountAskedFor | undefined {
  const option = options.find((one) => /^(mountpoint|mp)(=|$)/.test(one));
  if (option === undefined) return undefined;
  return { option, at: option.includes('=') ? option.slice(option.indexOf('=') + 1) : path };
}

export function noDirectory(action: string, { path, guest }: ExportWanted): UserError {
  return new UserError(action, `there is no directory ${path}`, {
    hint: `make the root there, or set Directory= for ${guest}`,
  });
}

export function nothingMounted(action: string, { option, at }: MountAskedFor): UserError {
  return new UserError(action, `nothing is mounted at ${at}, and the export option ${option} asks for that`);
}

async function isMountPoint(path: string): Promise<boolean> {
  try {
    const [here, above] = await Promise.all([stat(path), stat(dirname(path))]);
    return here.dev !== above.dev || here.ino === above.ino;
  } catch {
    return false;
  }
}
