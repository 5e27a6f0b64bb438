import { expect, test } from 'vitest';
import { parseMountinfo } from '../../../../src/adapters/rootfs/mounts.ts';

test('mounts are read with blanks in their names and all their options', () => {
  const text = `25 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
97 25 7:0 / /export/my\\040root rw,nosuid,nodev shared:50 master:2 - ext4 /dev/loop0 rw,discard
98 25 0:60 / /export/over rw - overlay overlay rw,lowerdir=/a\\040b,index=on
`;
  expect(parseMountinfo(text)).toEqual([
    { point: '/', type: 'ext4', source: '/dev/vda', options: ['rw', 'relatime', 'rw'] },
    {
      point: '/export/my root',
      type: 'ext4',
      source: '/dev/loop0',
      options: ['rw', 'nosuid', 'nodev', 'rw', 'discard'],
    },
    {
      point: '/export/over',
      type: 'overlay',
      source: 'overlay',
      options: ['rw', 'rw', 'lowerdir=/a b', 'index=on'],
    },
  ]);
});
