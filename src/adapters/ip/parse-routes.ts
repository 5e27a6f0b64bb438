import type { RouteSeen } from '../../model/observed.ts';

/** The mark of routes that umlnfs made (`proto` in ip-route(8)); no other program is known to use the number. */
export const routeProtocol = '117';

/**
 * What `ip -json route show` prints.
 * @throws SyntaxError or TypeError for anything else
 */
export function parseRoutes(json: string, ipv6: boolean): RouteSeen[] {
  const entries: unknown = json.trim() === '' ? [] : JSON.parse(json);
  if (!Array.isArray(entries)) throw new TypeError('ip printed no list of routes');
  return entries.flatMap((entry: unknown) => {
    const fields: Record<string, unknown> = typeof entry === 'object' && entry !== null ? { ...entry } : {};
    const { dst, gateway, dev } = fields;
    if (typeof dst !== 'string' || typeof dev !== 'string') return [];
    const all = ipv6 ? '::/0' : '0.0.0.0/0';
    const via = typeof gateway === 'string' ? gateway : '';
    return [{ destination: dst === 'default' ? all : dst, via, device: dev }];
  });
}
