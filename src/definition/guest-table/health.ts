import { key, optional } from '../key.ts';
import { duration, integer } from '../value-types.ts';

export const healthSection = {
  name: 'Health',
  doc: 'How a running guest is watched.',
  keys: {
    interval: key('IntervalSec', duration, 5_000, 'Time between two health checks; 0 turns them off.'),
    timeout: key('TimeoutSec', duration, 2_000, 'How long mconsole (and the TCP port) may take to answer.'),
    threshold: key(
      'Threshold',
      integer(1, 1000),
      3,
      'Failed checks in a row after which the guest counts as hung and is restarted.',
    ),
    tcpPort: optional(
      'TCPPort',
      integer(1, 65535),
      'A TCP port of the guest that must accept a connection as well.',
    ),
  },
} as const;
