import { showEnd } from '../sandbox/show-end.ts';
import { guestName, type Places } from './places.ts';

/** Shows the ends of the guest's console and the servers' logs, and where they are. */
export async function showFailure(places: Places): Promise<void> {
  await showEnd(`${guestName}'s console`, `${places.logs}/${guestName}/console.log`);
  await showEnd("the NFS server's log", places.serverLog);
  await showEnd("the daemon's log", places.daemonLog);
}
