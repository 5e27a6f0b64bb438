import { type Diagnosis, ok, warning } from './diagnosis.ts';

const item = 'IP forwarding';

/**
 * @param on net.ipv4.ip_forward; undefined where it cannot be read
 * @param wanted whether a network has an uplink that needs it
 */
export function judgeForwarding(on: boolean | undefined, wanted: boolean): Diagnosis {
  if (on === true) return ok(item, 'on');
  if (on === false && !wanted) {
    return ok(
      item,
      'off: guests reach this host and each other, and no network has an Uplink= that needs more',
    );
  }
  return warning(
    item,
    on === false
      ? 'off: guests reach nothing beyond this host until umlnfsd turns it on'
      : 'it cannot be told whether it is on',
    'sysctl -w net.ipv4.ip_forward=1',
  );
}
