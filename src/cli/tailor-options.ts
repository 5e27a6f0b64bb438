/** What a root is given once, as options: `rootfs tailor` has them, and whatever makes roots. */
import { readFile } from 'node:fs/promises';
import { ValueError, type ValueType } from '../definition/key.ts';
import { hostname, ipv4 } from '../definition/value-types.ts';
import { UserError } from '../model/error.ts';
import type { UserWish } from '../model/tailoring/accounts.ts';
import { networkStyles } from '../model/tailoring/network.ts';
import type { KeyWish, SetupWish } from '../model/tailoring/setup.ts';
import { parsePublicKeys } from '../model/tailoring/ssh-keys.ts';
import type { TailoringWish } from '../model/tailoring/wanted.ts';
import { type Invocation, type Options, UsageError } from './verb.ts';

export const tailorOptions = {
  hostname: {
    type: 'string',
    value: 'NAME',
    doc: 'The host name: that of the definition by default, else what the root has, else the name of the directory.',
  },
  dns: {
    type: 'string',
    value: 'ADDRESS',
    many: true,
    doc: 'A name server for /etc/resolv.conf, whatever is there. It can be given again. Without the option those of DNS= of the definition, for a root without a resolv.conf of its own.',
  },
  network: {
    type: 'string',
    value: 'STYLE',
    doc: 'Who configures the network in the guest: ifupdown, networkd (systemd-networkd) or none. All three leave the interface alone that the root is on. Without the option all stays as it is.',
  },
  user: {
    type: 'string',
    value: 'NAME[:UID]',
    many: true,
    doc: 'Add a user without a password, with a home directory. It can be given again.',
  },
  'ssh-key': {
    type: 'string',
    value: 'FILE[=USER]',
    many: true,
    doc: 'Let the public keys in the file log in as the user, as root by default. It can be given again.',
  },
  'root-password-hash': {
    type: 'string',
    value: 'HASH',
    doc: "Root's password, hashed as in shadow(5), for example by mkpasswd; - reads it from standard input, where other users of the host do not see it.",
  },
  'lock-root': { type: 'boolean', doc: 'Take the password from root; keys still let it in.' },
  autologin: {
    type: 'boolean',
    doc: 'Log in root on the console without a password: whoever may use umlnfs console is root in the guest then.',
  },
  'no-nfs-device': {
    type: 'boolean',
    doc: 'Do not make /dev/nfs (block device 0:255, root:disk). It is left out on a file system that is mounted nodev as well.',
  },
} as const satisfies Options;

export interface TailorAsked {
  readonly wish: TailoringWish;
  readonly once: SetupWish;
}

/** @throws UsageError, and UserError for files that cannot be used */
export async function tailorAsked(invocation: Invocation): Promise<TailorAsked> {
  const network = invocation.value('network');
  const style = networkStyles.find((one) => one === network);
  if (network !== undefined && style === undefined)
    throw new UsageError(`--network=${network}: it takes ${networkStyles.join(', ')}`);
  const name = invocation.value('hostname');
  const servers = invocation.values('dns').flatMap((text) => text.split(','));
  return {
    wish: {
      hostname: name === undefined ? undefined : parsed('hostname', hostname, name),
    },
    once: {
      network: style,
      users: invocation.values('user').map(userOf),
      keys: await Promise.all(invocation.values('ssh-key').map(keysOf)),
      rootPassword: await rootPassword(invocation),
      dns: servers.map((text) => parsed('dns', ipv4, text)),
      autologin: invocation.flag('autologin'),
      nfsDevice: !invocation.flag('no-nfs-device'),
    },
  };
}

function parsed<T>(option: string, type: ValueType<T>, text: string): T {
  try {
    return type.parse(text);
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`--${option}: ${error.message}`);
    throw error;
  }
}

/** What Debian's adduser takes, and no system calls by another name. */
const accountName = /^[a-z_][a-z0-9_-]{0,30}$/;

function userOf(text: string): UserWish {
  const [, name = '', uid] = /^([^:]*)(?::(\d{1,10}))?$/.exec(text) ?? [];
  if (!accountName.test(name))
    throw new UsageError(`--user=${text}: it takes a name of small letters, digits, _ and -, and :UID`);
  const id = uid === undefined ? undefined : Number(uid);
  // What 16 and 32 bits have for nobody at all.
  if (id !== undefined && (id === 0 || id === 65_535 || id > 4_294_967_294))
    throw new UsageError(`--user=${text}: there can be no such user id`);
  return { name, uid: id };
}

async function keysOf(text: string): Promise<KeyWish> {
  const [, file = text, user = 'root'] = /^(.*)=([a-z_][a-z0-9_-]{0,30})$/.exec(text) ?? [];
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError(`take the SSH keys in ${file}`, missing ? 'there is no such file' : String(error), {
      hint: 'name a file with public keys, as ssh-keygen makes it',
      cause: error,
    });
  });
  return { user, keys: parsePublicKeys(content, file) };
}

/** yescrypt, bcrypt, SHA-512, SHA-256 and their like, of crypt(5). */
const hash = /^\$[a-z0-9]{1,4}\$[./A-Za-z0-9$=,+-]{8,250}$/;

async function rootPassword(invocation: Invocation): Promise<string | undefined> {
  const given = invocation.value('root-password-hash');
  const locked = invocation.flag('lock-root');
  if (given !== undefined && locked)
    throw new UsageError('either --root-password-hash or --lock-root, not both');
  if (locked) return '*';
  if (given === undefined) return undefined;
  const text = given === '-' ? (await standardInput()).trim() : given;
  if (!hash.test(text))
    throw new UsageError(
      '--root-password-hash: that is no hash of crypt(5); mkpasswd makes one of a password',
    );
  return text;
}

async function standardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > 4096) break;
  }
  return text;
}
