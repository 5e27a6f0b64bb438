import type { RouteWanted } from '../../model/beyond.ts';
import { messageOf, UserError } from '../../model/error.ts';
import type { RouteSeen } from '../../model/observed.ts';
import { ip, ipHint, lastLine } from './ip.ts';
import { parseRoutes, routeProtocol } from './parse-routes.ts';

/** The routes of this network namespace that umlnfs made. */
export async function observeRoutes(): Promise<readonly RouteSeen[]> {
  const both = await Promise.all(['-4', '-6'].map(readRoutes));
  return both.flat();
}

async function readRoutes(family: string): Promise<readonly RouteSeen[]> {
  const action = 'look at the routes';
  const result = await ip(action, [family, '-json', 'route', 'show', 'proto', routeProtocol]);
  if (result.failed) {
    // A host may do without IPv6.
    if (family === '-6') return [];
    throw new UserError(action, lastLine(result.stderr));
  }
  try {
    return parseRoutes(result.stdout, family === '-6');
  } catch (error) {
    throw new UserError(action, `ip printed what cannot be read (${messageOf(error)})`, { hint: ipHint });
  }
}

/** Adds a route; one of somebody else to the same destination stays, and is the reason to refuse. */
export async function addRoute({ destination, via, bridge }: RouteWanted): Promise<void> {
  const action = `add a route to ${destination} via ${via}`;
  const mark = ['dev', bridge, 'proto', routeProtocol];
  const { failed, stderr } = await ip(action, [...words('add', destination, via), ...mark]);
  if (!failed) return;
  const cause = lastLine(stderr);
  if (!/File exists/.test(cause)) throw new UserError(action, cause);
  const hint = `remove it, or the line in Routes=; see: ip route show ${destination}`;
  throw new UserError(action, 'there is one that umlnfs did not make', { hint });
}

export async function removeRoute({ destination, via, device }: RouteSeen): Promise<void> {
  const action = `remove the route to ${destination} via ${via}`;
  const mark = ['dev', device, 'proto', routeProtocol];
  const { failed, stderr } = await ip(action, [...words('delete', destination, via), ...mark]);
  if (failed && !/No such process|Cannot find device/.test(stderr))
    throw new UserError(action, lastLine(stderr));
}

function words(verb: string, destination: string, via: string): string[] {
  return [
    destination.includes(':') ? '-6' : '-4',
    'route',
    verb,
    destination,
    ...(via === '' ? [] : ['via', via]),
  ];
}
