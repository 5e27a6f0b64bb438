import { expect, test } from 'vitest';
import { suiteOf } from '../../../../src/model/rootfs/os-release.ts';

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\n', 'trixie'],
  ["VERSION_CODENAME='noble'\n", 'noble'],
  ['ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n', 'Alpine Linux v3.20'],
  ['ID=arch\n', 'arch'],
  ['VERSION_CODENAME=""\nPRETTY_NAME="Debian GNU/Linux sid"\n', 'Debian GNU/Linux sid'],
  ['', ''],
])('%j', (text, suite) => {
  expect(suiteOf(text)).toBe(suite);
});
