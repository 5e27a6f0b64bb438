import { tableName } from '../../model/filter/table.ts';
import { monitor } from '../monitor.ts';

const ours = new RegExp(` (bridge|inet) ${tableName} `);

/**
 * Calls `onDirty` when rules of umlnfs in this network namespace changed; the returned function ends that. Rules alone:
 * told of elements, some versions of nft crash.
 */
export function watchTables(onDirty: () => void): () => void {
  return monitor({ command: ['nft', 'monitor', 'rules'], matters: (line) => ours.test(line), onDirty });
}
