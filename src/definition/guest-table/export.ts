import { key, optional } from '../key.ts';
import { boolean, exportOptions, sshDestination } from '../value-types.ts';

export const exportSection = {
  name: 'Export',
  doc: 'How the root is exported. Where Server= of [Root] is another machine, umlnfs exports nothing unless Host= says how to reach it.',
  keys: {
    managed: key('Managed', boolean, true, 'Whether umlnfs exports the directory, or somebody else does.'),
    host: optional(
      'Host',
      sshDestination,
      'The machine that is the server at Server=, for ssh as root (or as a user who may use sudo): umlnfs exports the directory there.',
      { derived: 'this host' },
    ),
    options: key(
      'Options',
      exportOptions,
      ['rw', 'fsid=0', 'async', 'wdelay', 'no_root_squash', 'no_subtree_check'],
      'The export options, separated by commas.',
      { source: 'exports(5)' },
    ),
  },
} as const;
