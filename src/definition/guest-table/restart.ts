import { key } from '../key.ts';
import { duration, enumeration, integer } from '../value-types.ts';

export const restartSection = {
  name: 'Restart',
  doc: 'What happens after the guest has ended.',
  keys: {
    policy: key(
      'Policy',
      enumeration('always', 'on-failure', 'no'),
      'on-failure',
      'on-failure: restart after a crash, panic, hang or failed start; always: after a power-off as well; no: never. A reboot inside the guest starts it again unless the policy is no.',
    ),
    delay: key(
      'DelaySec',
      duration,
      1_000,
      'Delay before the first restart; each further one doubles it, with jitter.',
    ),
    maxDelay: key('MaxDelaySec', duration, 60_000, 'The longest delay.'),
    burst: key(
      'Burst',
      integer(1, 1000),
      5,
      'Restarts within BurstIntervalSec= after which the guest is quarantined (failed) until reset. After as many reboots of its own it is started again with delays, and never quarantined.',
    ),
    burstInterval: key(
      'BurstIntervalSec',
      duration,
      600_000,
      'The time over which Burst= counts; a guest that ran this long starts with the first delay again.',
    ),
  },
} as const;
