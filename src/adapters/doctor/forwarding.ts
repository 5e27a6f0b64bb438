import { readFile } from 'node:fs/promises';

/** Of the network namespace that this process is in; undefined where it cannot be read. */
export async function readForwarding(proc = '/proc'): Promise<boolean | undefined> {
  const text = await readFile(`${proc}/sys/net/ipv4/ip_forward`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : text.trim() !== '0';
}
