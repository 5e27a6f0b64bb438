import { monitor } from '../monitor.ts';
import { routeProtocol } from './parse-routes.ts';

/** Calls `onDirty` when a link or address of this network namespace changed; the returned function ends that. */
export function watchLinks(onDirty: () => void): () => void {
  return monitor({ command: ['ip', 'monitor', 'link', 'address'], onDirty });
}

/** Likewise for routes that umlnfs made: others change theirs as often as they like. */
export function watchRoutes(onDirty: () => void): () => void {
  const ours = new RegExp(` proto ${routeProtocol}\\b`);
  return monitor({ command: ['ip', 'monitor', 'route'], matters: (line) => ours.test(line), onDirty });
}
