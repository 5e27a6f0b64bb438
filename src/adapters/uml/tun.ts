import { judgeTun } from '../../model/doctor/tun.ts';
import { UserError } from '../../model/error.ts';
import { readTun } from '../doctor/tun.ts';

/**
 * A guest's kernel opens /dev/net/tun itself, as the guest's user. Throws UserError where it cannot: all that the guest
 * would say is that it has no network.
 */
export async function checkTun(action: string, path?: string): Promise<void> {
  const { item, level, text, mend } = judgeTun(await readTun(path));
  if (level === 'failure')
    throw new UserError(action, `${item}: ${text}`, mend === undefined ? {} : { hint: mend });
}
