import { stat } from 'node:fs/promises';
import { UserError } from '../model/error.ts';

/**
 * A directory given with --config-dir= has to be there: without a definition in it, all guests would be ended.
 * @throws UserError (`cannot ACTION: …`)
 */
export async function checkConfigDirectory(action: string, path: string | undefined): Promise<void> {
  if (path === undefined || (await stat(path).catch(() => undefined))?.isDirectory()) return;
  throw new UserError(action, `there is no directory ${path}`, { hint: 'correct --config-dir=' });
}
