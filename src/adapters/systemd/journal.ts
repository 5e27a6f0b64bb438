import { execa } from 'execa';

/** Lines that may tell why a kernel ended. */
const lines = 80;

/** The end of the console of one run of a guest's unit; empty where the journal has none. */
export async function consoleTailOf(invocation: string): Promise<string> {
  if (!/^[0-9a-f]{32}$/.test(invocation)) return '';
  // What was written a moment ago may not be in it yet.
  const options = { stdin: 'ignore', reject: false, timeout: 5_000, maxBuffer: 1024 * 1024 } as const;
  await execa('journalctl', ['--sync'], options);
  const { stdout } = await execa(
    'journalctl',
    [
      '--quiet',
      '--no-pager',
      '--all',
      '--output=cat',
      `--lines=${lines}`,
      `_SYSTEMD_INVOCATION_ID=${invocation}`,
    ],
    options,
  );
  return stdout;
}
