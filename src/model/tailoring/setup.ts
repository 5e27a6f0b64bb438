/**
 * What a root is given once, when it is made or when somebody asks for it: accounts, keys, who configures the
 * network. The daemon never does any of it by itself: from then on it is the guest's administrator's.
 */
import { UserError } from '../error.ts';
import { type Account, type AccountFiles, accountsWith, isId, type UserWish } from './accounts.ts';
import { inittabWithAutologin } from './inittab.ts';
import { type NetworkStyle, networkFiles } from './network.ts';
import { authorizedKeysWith } from './ssh-keys.ts';
import { type InitKind, mark, resolvConf, type Wanted } from './wanted.ts';

export interface KeyWish {
  readonly user: string;
  /** Lines as in authorized_keys. */
  readonly keys: readonly string[];
}

export interface SetupWish {
  readonly network?: NetworkStyle | undefined;
  /** Names that the interface may have in the guest. */
  readonly devices?: readonly string[];
  readonly users?: readonly UserWish[];
  readonly keys?: readonly KeyWish[];
  /** A hash as in shadow(5), or `*` for none. */
  readonly rootPassword?: string | undefined;
  /** Name servers, whatever the root has. */
  readonly dns?: readonly string[];
  /** Log in root on the console without a password. */
  readonly autologin?: boolean;
  /** Make /dev/nfs, as the by-hand recipe has it. */
  readonly nfsDevice?: boolean;
}

export interface SetupFacts {
  readonly init: InitKind;
  readonly systemd: boolean;
  readonly accounts: AccountFiles;
  readonly interfaces: string | undefined;
  readonly inittab: string | undefined;
  /** Programs of the root that something here is for. */
  readonly has: {
    readonly bash: boolean;
    readonly sshd: boolean;
    readonly ifup: boolean;
    readonly networkd: boolean;
    readonly udev: boolean;
  };
  /** Why there can be no device nodes in it; undefined where there can. */
  readonly noDevices: string | undefined;
}

export interface Setup {
  readonly wanted: readonly Wanted[];
  /** What will not do what was asked for, and what is missing for it; sentences. */
  readonly notes: readonly string[];
  readonly accounts: ReadonlyMap<string, Account>;
}

/** `disk` of Debian, where the root does not say. */
const diskGroup = 6;

/**
 * @param today days since 1970
 * @throws UserError where it cannot be done
 */
export function setupFiles(facts: SetupFacts, wish: SetupWish, today: number): Setup {
  const wanted: Wanted[] = [];
  const notes: string[] = [];
  const { network, devices = ['vec0', 'eth0'] } = wish;
  if (network !== undefined) wanted.push(...networkFiles(network, devices, facts));
  if (network === 'ifupdown' && !facts.has.ifup)
    notes.push('it has no ifupdown, so that nothing reads /etc/network/interfaces');
  if (network === 'networkd' && !facts.has.networkd)
    notes.push('it has no systemd-networkd, so that nothing reads /etc/systemd/network');
  if (network === 'networkd' && facts.has.networkd && !facts.has.udev)
    notes.push('it has no udev, without which systemd-networkd configures nothing: install udev in it');
  const { accounts, files } = accountFiles(facts, wish, today);
  wanted.push(...files);
  if (wish.dns !== undefined && wish.dns.length > 0) wanted.push(resolvConf(wish.dns));
  if (wish.autologin === true) wanted.push(...autologin(facts, notes));
  if (wish.nfsDevice === true) {
    if (facts.noDevices === undefined) wanted.push(nfsDevice(facts.accounts.group));
    else notes.push(`/dev/nfs is left out: ${facts.noDevices}. A guest does not need it`);
  }
  if ((wish.keys ?? []).length > 0 && !facts.has.sshd)
    notes.push(
      'it has no OpenSSH server, so that nobody can log in with the keys: install openssh-server in it',
    );
  return { wanted, notes, accounts };
}

function accountFiles(
  facts: SetupFacts,
  wish: SetupWish,
  today: number,
): { accounts: ReadonlyMap<string, Account>; files: readonly Wanted[] } {
  const { users = [], keys = [], rootPassword } = wish;
  if (users.length === 0 && keys.length === 0 && rootPassword === undefined)
    return { accounts: new Map(), files: [] };
  const shell = facts.has.bash ? '/bin/bash' : '/bin/sh';
  const { files, accounts } = accountsWith(facts.accounts, { users, rootPassword }, shell, today);
  const wanted: Wanted[] = [];
  // Passwords before names: whoever looks in between finds nobody without one.
  for (const name of ['group', 'gshadow', 'shadow', 'passwd'] as const) {
    const text = files[name];
    if (text === undefined) continue;
    wanted.push({
      kind: 'file',
      path: `etc/${name}`,
      text,
      mode: name.endsWith('shadow') ? 0o640 : 0o644,
      owner: 'umlnfs',
    });
  }
  for (const { uid, gid, home, isNew } of accounts.values()) {
    if (isNew) wanted.push({ kind: 'directory', path: home.slice(1), mode: 0o700, ids: { uid, gid } });
  }
  return { accounts, files: wanted };
}

/**
 * Where the keys of an account are, from the root on.
 * @throws UserError where its home is no directory that could be used
 */
export function authorizedKeysOf({ name, home }: Account): string {
  if (!/^(\/[^/\p{Cc}]+)+\/?$/u.test(home) || home.split('/').some((part) => part === '.' || part === '..'))
    throw new UserError(`let SSH keys in for ${name}`, `its home directory is ${JSON.stringify(home)}`, {
      hint: 'give it one in etc/passwd of the root',
    });
  return `${home.slice(1).replace(/\/$/, '')}/.ssh/authorized_keys`;
}

/** @param present what is in the account's authorized_keys */
export function keyFiles(account: Account, present: string | undefined, keys: readonly string[]): Wanted[] {
  const { uid, gid } = account;
  const path = authorizedKeysOf(account);
  const directory = path.slice(0, path.lastIndexOf('/'));
  const ids = { uid, gid };
  return [
    { kind: 'directory', path: directory, mode: 0o700, ids, of: uid },
    {
      kind: 'file',
      path,
      text: authorizedKeysWith(present, keys),
      mode: 0o600,
      ids,
      owner: 'umlnfs',
      of: uid,
    },
  ];
}

function autologin({ init, systemd, inittab }: SetupFacts, notes: string[]): Wanted[] {
  if ((init === 'sysvinit' || init === 'busybox') && inittab !== undefined) {
    const text = inittabWithAutologin(inittab, init);
    return [{ kind: 'file', path: 'etc/inittab', text, mode: 0o644, owner: 'umlnfs' }];
  }
  if (systemd && (init === 'systemd' || init === 'unknown')) {
    return [
      {
        kind: 'file',
        path: 'etc/systemd/system/getty@tty1.service.d/umlnfs-autologin.conf',
        text: `${mark}: whoever is at the console on the host is root in the guest.\n${autologinUnit}`,
        mode: 0o644,
        owner: 'kept',
      },
    ];
  }
  notes.push('nobody is logged in on its console: it has neither systemd nor an inittab');
  return [];
}

const autologinUnit = `[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noclear - $TERM
`;

/** Its number is no device's: the kernel takes the name for "over NFS" where root= has it. */
function nfsDevice(group: string | undefined): Wanted {
  const gid = /^disk:[^:]*:(\d+):/m.exec(group ?? '')?.[1];
  return {
    kind: 'device',
    path: 'dev/nfs',
    major: 0,
    minor: 255,
    mode: 0o660,
    ids: { uid: 0, gid: gid === undefined || !isId(gid) ? diskGroup : Number(gid) },
  };
}
