import { expect, test } from 'vitest';
import { checkMemoryFile, isNoexec } from '../../../../src/adapters/uml/memory-file.ts';

const mountinfo = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
25 22 0:5 / /dev rw,nosuid,noexec - devtmpfs udev rw
26 25 0:23 / /dev/shm rw,nosuid,nodev - tmpfs tmpfs rw
30 22 0:30 / /tmp\\040x rw,noexec - tmpfs tmpfs rw
31 22 0:31 / /over rw - tmpfs tmpfs rw
32 22 0:32 / /over rw,noexec - tmpfs tmpfs rw
`;

test.each([
  ['/dev/shm', false],
  ['/dev/shmx', true],
  ['/dev', true],
  ['/tmp x', true],
  ['/over', true],
  ['/home', false],
])('%s is noexec: %s', (directory, noexec) => {
  expect(isNoexec(mountinfo, directory)).toBe(noexec);
});

test('memory that fits nowhere is refused with the room there is', async () => {
  await expect(checkMemoryFile('start guest x', 2 ** 60)).rejects.toThrow(
    /^cannot start guest x: its memory of \d+ MiB is a file in \/\S+, which has \d+ MiB left$/,
  );
  await expect(checkMemoryFile('start guest x', 4096)).resolves.toBeUndefined();
});
