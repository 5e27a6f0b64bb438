/**
 * `/etc/passwd`, `/etc/shadow`, `/etc/group` and `/etc/gshadow` of a guest's root, with accounts added. Lines that are
 * there stay as they are, byte for byte; a file that cannot be understood is not touched, nor are the others then.
 */
import { UserError } from '../error.ts';

export interface AccountFiles {
  readonly passwd: string | undefined;
  readonly group: string | undefined;
  readonly shadow: string | undefined;
  readonly gshadow: string | undefined;
}

export interface UserWish {
  readonly name: string;
  /** The first that is free from 1000 on, where it is left out. */
  readonly uid: number | undefined;
}

export interface AccountWish {
  readonly users: readonly UserWish[];
  /** What is in the password field: a hash, or `*` for no password at all. Without it root keeps its own. */
  readonly rootPassword: string | undefined;
}

/** An account of the root, new or old. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly isNew: boolean;
}

const fieldsOf = { passwd: 7, group: 4, shadow: 9, gshadow: 4 } as const;
type Name = keyof typeof fieldsOf;

/**
 * @param shell of new users
 * @param today days since 1970, for new passwords
 * @throws UserError for files that are malformed, and for a user that exists with another id
 */
export function accountsWith(
  files: AccountFiles,
  wish: AccountWish,
  shell: string,
  today: number,
): { files: AccountFiles; accounts: ReadonlyMap<string, Account> } {
  const tables = {
    passwd: new Table('passwd', files.passwd),
    group: new Table('group', files.group),
    shadow: new Table('shadow', files.shadow),
    gshadow: new Table('gshadow', files.gshadow),
  };
  if (files.passwd === undefined)
    throw new UserError('change accounts', 'the root has no etc/passwd', {
      hint: 'make the root with a distribution, or leave accounts and keys out',
    });
  const added = new Set<string>();
  for (const user of wish.users) if (addUser(tables, user, shell, today)) added.add(user.name);
  if (wish.rootPassword !== undefined) setRootPassword(tables, wish.rootPassword, today);
  return {
    files: {
      passwd: tables.passwd.text,
      group: tables.group.text,
      shadow: tables.shadow.text,
      gshadow: tables.gshadow.text,
    },
    accounts: accountsOf(tables.passwd, added),
  };
}

function accountsOf(passwd: Table, added: ReadonlySet<string>): Map<string, Account> {
  const accounts = new Map<string, Account>();
  for (const [name = '', , uid, gid, , home = ''] of passwd.rows()) {
    accounts.set(name, { name, uid: numeric(uid), gid: numeric(gid), home, isNew: added.has(name) });
  }
  return accounts;
}

type Tables = Readonly<Record<Name, Table>>;

function addUser(
  { passwd, group, shadow, gshadow }: Tables,
  user: UserWish,
  shell: string,
  today: number,
): boolean {
  const { name } = user;
  const present = passwd.find(name);
  if (present !== undefined) {
    if (user.uid === undefined || numeric(present[2]) === user.uid) return false;
    throw new UserError(`add user ${name}`, `there is one with the user id ${present[2]}`, {
      hint: `leave the id out, or write ${name}:${present[2]}`,
    });
  }
  const taken = new Set(passwd.rows().map((row) => numeric(row[2])));
  const groups = new Set(group.rows().map((row) => numeric(row[2])));
  const uid = user.uid ?? firstFree(new Set([...taken, ...groups]));
  if (taken.has(uid)) {
    const whose = passwd.rows().find((row) => numeric(row[2]) === uid)?.[0];
    throw new UserError(`add user ${name}`, `the user id ${uid} is ${whose}'s`, {
      hint: 'choose another one',
    });
  }
  const own = group.find(name);
  const gid = own === undefined ? (groups.has(uid) ? firstFree(groups) : uid) : numeric(own[2]);
  if (own === undefined) {
    group.add([name, 'x', String(gid), '']);
    if (gshadow.exists && gshadow.find(name) === undefined) gshadow.add([name, '!', '', '']);
  }
  // No password, which is not the same as a locked account: keys still let it in.
  passwd.add([name, shadow.exists ? 'x' : '*', String(uid), String(gid), '', `/home/${name}`, shell]);
  if (shadow.exists && shadow.find(name) === undefined) shadow.add(shadowRow(name, '*', today));
  return true;
}

function setRootPassword({ passwd, shadow }: Tables, password: string, today: number): void {
  const root = passwd.find('root');
  if (root === undefined)
    throw new UserError("set root's password", 'the root has no user root in its etc/passwd');
  if (!shadow.exists) {
    if (root[1] !== password) passwd.replace('root', replaced(root, 1, password));
    return;
  }
  if (root[1] !== 'x') passwd.replace('root', replaced(root, 1, 'x'));
  const row = shadow.find('root');
  if (row === undefined) shadow.add(shadowRow('root', password, today));
  else if (row[1] !== password)
    shadow.replace('root', replaced(replaced(row, 1, password), 2, String(today)));
}

function shadowRow(name: string, password: string, today: number): string[] {
  return [name, password, String(today), '0', '99999', '7', '', '', ''];
}

function replaced(row: readonly string[], index: number, value: string): string[] {
  return row.map((field, at) => (at === index ? value : field));
}

/** As Debian's adduser counts for people. */
function firstFree(taken: ReadonlySet<number>): number {
  for (let id = 1000; id < 60_000; id++) if (!taken.has(id)) return id;
  throw new UserError('add a user', 'no user id from 1000 to 59999 is free');
}

function numeric(field: string | undefined): number {
  return Number(field);
}

/** One of the files: lines of fields with colons between them. */
class Table {
  readonly #name: Name;
  readonly #lines: string[] | undefined;

  /** @throws UserError where it is malformed */
  constructor(name: Name, text: string | undefined) {
    this.#name = name;
    this.#lines = text?.split('\n');
    if (this.#lines?.at(-1) === '') this.#lines.pop();
    const seen = new Set<string>();
    for (const [index, line] of (this.#lines ?? []).entries()) {
      if (isForNis(line)) continue;
      const why = this.#wrong(line.split(':'), seen);
      if (why !== undefined)
        throw new UserError(`change accounts`, `etc/${name} line ${index + 1} ${why}`, {
          hint: `correct it; in the guest: ${name.endsWith('group') || name === 'gshadow' ? 'grpck' : 'pwck'}`,
        });
    }
  }

  #wrong(row: readonly string[], seen: Set<string>): string | undefined {
    const [key = ''] = row;
    if (row.length !== fieldsOf[this.#name])
      return `has ${row.length} field${row.length === 1 ? '' : 's'}, not ${fieldsOf[this.#name]}`;
    if (key === '') return 'has no name';
    // A surrogate alone stands for a byte that is no UTF-8.
    if (row.some((field) => /[\ufffd\0\r\p{Cs}]/u.test(field))) return 'has characters that cannot be in it';
    if (seen.has(key)) return `has a name for the second time`;
    seen.add(key);
    const numbers = this.#name === 'passwd' ? [2, 3] : this.#name === 'group' ? [2] : [];
    if (numbers.some((at) => !isId(row[at] ?? ''))) return 'has something else where an id should be';
    return undefined;
  }

  get exists(): boolean {
    return this.#lines !== undefined;
  }

  get text(): string | undefined {
    return this.#lines === undefined ? undefined : this.#lines.map((line) => `${line}\n`).join('');
  }

  rows(): string[][] {
    return (this.#lines ?? []).filter((line) => !isForNis(line)).map((line) => line.split(':'));
  }

  find(name: string): string[] | undefined {
    return this.rows().find(([key]) => key === name);
  }

  replace(name: string, row: readonly string[]): void {
    const at = this.#lines?.findIndex((line) => line.startsWith(`${name}:`)) ?? -1;
    if (at >= 0) this.#lines?.splice(at, 1, row.join(':'));
  }

  /** What is to come from NIS stands last. */
  add(row: readonly string[]): void {
    const nis = this.#lines?.findIndex(isForNis) ?? -1;
    this.#lines?.splice(nis >= 0 ? nis : this.#lines.length, 0, row.join(':'));
  }
}

/** A number that the kernel has for users and groups; the last one stands for nobody at all. */
export function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < 4_294_967_295;
}

function isForNis(line: string): boolean {
  return /^[+-]/.test(line);
}
