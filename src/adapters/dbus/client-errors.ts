import { DBusError } from 'dbus-next';
import { messageOf, UserError } from '../../model/error.ts';
import { BusLost } from './bus.ts';
import { errors } from './interface/errors.ts';

/** Nobody answers as the daemon. */
export class DaemonUnreachable extends UserError {
  static because(cause: string, where: string, error?: unknown): DaemonUnreachable {
    const hint = `is the daemon running? ${startHint(where)}`;
    return new DaemonUnreachable('reach the daemon', cause, { hint, cause: error });
  }
}

function startHint(where: string): string {
  return where === 'system'
    ? 'systemctl status umlnfsd tells; start it with systemctl start umlnfsd, or give the address of its bus with --bus='
    : 'give the address of its bus with --bus= or in UMLNFS_BUS';
}

export class NoSuchGuest extends UserError {}

export class AccessDenied extends UserError {}

const gone = new Set([
  'org.freedesktop.DBus.Error.ServiceUnknown',
  'org.freedesktop.DBus.Error.NameHasNoOwner',
  'org.freedesktop.DBus.Error.NoReply',
  'org.freedesktop.DBus.Error.Disconnected',
]);

/** What went wrong with a call, in the words of the CLI. `what` completes "cannot …". */
export function clientError(what: string, where: string, error: unknown): Error {
  if (error instanceof BusLost) return DaemonUnreachable.because(error.message, where, error);
  if (!(error instanceof DBusError)) return error instanceof Error ? error : new Error(messageOf(error));
  if (gone.has(error.type)) return DaemonUnreachable.because(error.text || error.type, where, error);
  // The service puts the hint on lines of its own.
  const [first = '', ...rest] = error.text.split('\n');
  const hint = rest.join('; ').trim();
  const options = hint === '' ? { cause: error } : { hint, cause: error };
  if (error.type === errors.noSuchGuest.name) return new NoSuchGuest(what, first, options);
  if (error.type === errors.accessDenied.name) return new AccessDenied(what, first, options);
  return new UserError(what, first.replace(/^cannot .*?: /, '') || error.type, options);
}
