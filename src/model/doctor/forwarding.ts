import { type Diagnosis, ok, warning } from './diagnosis.ts';

const item = 'IP forwarding';

/** @param on net.ipv4.ip_forward; undefined where it cannot be read */
export function judgeForwarding(on: boolean | undefined): Diagnosis {
  if (on === true) return ok(item, 'on');
  return warning(
    item,
    on === false
      ? 'off: guests reach this host and each other, and nothing beyond'
      : 'it cannot be told whether it is on',
    'sysctl -w net.ipv4.ip_forward=1',
  );
}
