/** Public keys of OpenSSH, and the file that lets them in. */
import { UserError } from '../error.ts';

const types = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;

/**
 * The public keys in a file as ssh-keygen writes it, or as authorized_keys has them.
 * @param file its name, for messages
 * @throws UserError where there is none, or something else
 */
export function parsePublicKeys(text: string, file: string): string[] {
  const refuse = (cause: string, hint = 'name a file of ssh-keygen that ends with .pub'): never => {
    throw new UserError(`take the SSH keys in ${file}`, cause, { hint });
  };
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    refuse('it is a private key, which never goes into a guest', `name ${file}.pub`);
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines) {
    if (/[\p{Cc}\ufffd]/u.test(line)) refuse('it has characters that cannot be in it');
    if (blobOf(line) === undefined) refuse(`it has a line that is no public key: ${line.slice(0, 40)}`);
  }
  return lines.length === 0 ? refuse('there is none in it') : lines;
}

/** `authorized_keys` with the keys that it does not have yet at its end; comments and options are not compared. */
export function authorizedKeysWith(present: string | undefined, keys: readonly string[]): string {
  const lines = present === undefined || present === '' ? [] : present.replace(/\n$/, '').split('\n');
  const known = new Set(lines.map(blobOf));
  for (const key of keys) {
    const blob = blobOf(key);
    if (known.has(blob)) continue;
    known.add(blob);
    lines.push(key);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** The key itself, in Base64; undefined for a line that has none. */
function blobOf(line: string): string | undefined {
  const found = /(?:^|\s)(\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line);
  for (let match = found; match !== null; ) {
    const [, type = '', blob = ''] = match;
    if (types.some((one) => one === type) && beginsWith(blob, type)) return blob;
    // Options may stand before it, with spaces inside of quotes.
    line = line.slice(match.index + 1);
    match = /(?:^|\s)(\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(line);
  }
  return undefined;
}

/** A key names its type once more inside; that catches what was cut at its beginning, or is something else. */
function beginsWith(blob: string, type: string): boolean {
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.length < 4 + type.length + 4) return false;
  return (
    bytes.readUInt32BE(0) === type.length &&
    bytes.toString('latin1', 4, 4 + type.length) === type &&
    isWhole(bytes)
  );
}

/** It is a sequence of parts, each with its length in front. */
function isWhole(bytes: Buffer): boolean {
  let at = 0;
  while (at + 4 <= bytes.length) at += 4 + bytes.readUInt32BE(at);
  return at === bytes.length;
}
