import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { authorizedKeysWith, parsePublicKeys } from '../../../../src/model/tailoring/ssh-keys.ts';

const directory = mkdtempSync(join(tmpdir(), 'umlnfs-keys-'));
afterAll(() => rmSync(directory, { recursive: true }));

function made(type: string): { secret: string; key: string } {
  const file = join(directory, type);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'ann at home', '-f', file]);
  return { secret: readFileSync(file, 'utf8'), key: readFileSync(`${file}.pub`, 'utf8').trim() };
}

const { secret, key } = made('ed25519');
const other = made('ecdsa').key;
const rsa = made('rsa').key;

describe('parsePublicKeys', () => {
  it('takes what ssh-keygen makes, with options, comments and empty lines', () => {
    const restricted = `from="192.168.2.1",command="echo a b" ${other}`;
    expect(parsePublicKeys(`# keys\n\n${key}\n${restricted}\n${rsa}`, 'k')).toEqual([key, restricted, rsa]);
  });

  it.each([
    ['a private key', secret, 'it is a private key, which never goes into a guest'],
    ['nothing', '# none\n', 'there is none in it'],
    ['something else', 'root:x:0:0\n', 'it has a line that is no public key: root:x:0:0'],
    ['a key that is cut off', key.slice(0, 60), 'it has a line that is no public key'],
    ['a key of another type than it says', key.replace('ssh-ed25519', 'ssh-rsa'), 'no public key'],
    ['an escape sequence', `${key} \u001b[2J`, 'it has characters that cannot be in it'],
  ])('refuses %s', (_what, text, why) => {
    expect(() => parsePublicKeys(text, 'k')).toThrow(why);
  });
});

describe('authorizedKeysWith', () => {
  it('adds what is missing, and leaves the rest', () => {
    const present = `# mine\nno-pty ${other}`;
    expect(authorizedKeysWith(present, [key, other])).toBe(`${present}\n${key}\n`);
  });

  it('knows a key again by another comment', () => {
    const present = `${key.replace('ann at home', 'bob')}\n`;
    expect(authorizedKeysWith(present, [key, key])).toBe(present);
    expect(authorizedKeysWith(undefined, [key, key])).toBe(`${key}\n`);
  });
});
