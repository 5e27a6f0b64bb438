import type { ExportWanted } from '../../../model/desired.ts';
import { UserError } from '../../../model/error.ts';
import { shellWord } from '../../ssh/quote.ts';
import { mountAskedFor, noDirectory, nothingMounted } from '../directory.ts';
import type { ExportHost, Look } from '../exportfs/host.ts';
import { digest } from './digest.ts';

/** What runs scripts as root on another machine, and gives what they wrote. */
export interface RemoteShell {
  run(action: string, script: string): Promise<string>;
}

export interface RemoteHostOptions {
  /** For messages. */
  readonly name: string;
  /** Our table has a name of its own, so that several hosts can share a server. */
  readonly table: string;
}

const path = 'PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin LC_ALL=C; export PATH LC_ALL; umask 022\n';

/** The file with the exports that the host with this id makes on a server. */
export function exportTableOf(hostId: string): string {
  return tableFile(digest(hostId));
}

function tableFile(table: string): string {
  return `/etc/exports.d/umlnfs-${table}.exports`;
}

/** A machine that is reached by a shell. */
export class RemoteHost implements ExportHost {
  readonly where: string;
  readonly #shell: RemoteShell;
  readonly #own: string;
  readonly #copy: string;
  readonly #name: string;

  constructor(shell: RemoteShell, { name, table }: RemoteHostOptions) {
    this.#shell = shell;
    this.#name = name;
    this.where = ` on ${name}`;
    this.#own = tableFile(table);
    this.#copy = `/run/umlnfs-exports/${table}`;
  }

  async look(paths: readonly string[]): Promise<Look> {
    const action = `read the exports of ${this.#name}`;
    const own = shellWord(this.#own);
    // Each line is a word, and after it a file in base64, so that nothing in it can look like something else.
    const script = `${path}
b() { base64 "$2" 2>/dev/null | tr -d '\\n' | { printf '%s ' "$1"; cat; echo; }; }
n=$(cat /proc/fs/nfsd/threads 2>/dev/null) || n=$(sed -n 's/^th \\([0-9]*\\).*/\\1/p' /proc/net/rpc/nfsd 2>/dev/null)
echo "threads \${n:-0}"
b etab /var/lib/nfs/etab
b own ${own}
b copy ${shellWord(this.#copy)}
for f in /etc/exports /etc/exports.d/*.exports; do
  [ "$f" = ${own} ] || [ ! -f "$f" ] || { printf '%s' "$f" | b name -; b other "$f"; }
done
r() { printf '%s' "$(readlink -f -- "$1" || printf '%s' "$1")" | b path -; }
${paths.map((each) => `r ${shellWord(each)}\n`).join('')}`;
    return parseLook(await this.#shell.run(action, script), paths, action);
  }

  async write(table: string | undefined): Promise<void> {
    const action = `write the exports of ${this.#name}`;
    const files = [this.#copy, this.#own].map(shellWord).join(' ');
    const script =
      table === undefined
        ? `rm -f -- ${files}`
        : `for f in ${files}; do
  d=\${f%/*}
  mkdir -p -- "$d" && printf '%s' ${shellWord(table)} > "$d/.umlnfs.new" && mv -f -- "$d/.umlnfs.new" "$f" || exit 1
done`;
    await this.#shell.run(action, `${path}set -e\n${script}\n`);
  }

  async exportfs(action: string, args: readonly string[]): Promise<string> {
    const script = `command -v exportfs >/dev/null || { echo 'there is no exportfs; install nfs-kernel-server there' >&2; exit 1; }
exportfs ${args.map(shellWord).join(' ')} 2>&1 >/dev/null </dev/null || :\n`;
    return (await this.#shell.run(action, path + script)).trim().replace(/\n+/g, '; ');
  }

  async check(action: string, wanted: ExportWanted): Promise<void> {
    const mount = mountAskedFor(wanted);
    const mounted =
      mount === undefined ? '' : `mountpoint -q -- ${shellWord(mount.at)} || { echo nothing; exit; }\n`;
    const script = `[ -d ${shellWord(wanted.path)} ] || { echo missing; exit; }\n${mounted}`;
    const said = (await this.#shell.run(action, path + script)).trim();
    if (said === 'missing') throw noDirectory(action, wanted);
    if (said === 'nothing' && mount !== undefined) throw nothingMounted(action, mount);
  }

  /** Starts the kernel's server there. */
  async start(): Promise<void> {
    const action = `start the NFS server of ${this.#name}`;
    const script = `if [ -d /run/systemd/system ]; then systemctl start nfs-server.service; else
  modprobe -q nfsd; mount -t nfsd nfsd /proc/fs/nfsd 2>/dev/null; rpc.nfsd 8 && { pidof rpc.mountd >/dev/null || rpc.mountd; }
fi`;
    await this.#shell.run(action, `${path}${script}\n`);
  }
}

function parseLook(text: string, paths: readonly string[], action: string): Look {
  const lines = text.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)] as const;
  });
  const one = (word: string) => lines.find(([first]) => first === word)?.[1];
  const threads = one('threads');
  const etab = one('etab');
  if (threads === undefined || etab === undefined) throw new UserError(action, 'its answer cannot be read');
  const all = (word: string) => lines.filter(([first]) => first === word).map(([, rest]) => decode(rest));
  const names = all('name');
  const resolved = all('path');
  return {
    threads: Number.parseInt(threads, 10) || 0,
    etab: decode(etab),
    own: decode(one('own') ?? ''),
    copy: decode(one('copy') ?? ''),
    others: all('other').map((each, index) => ({ file: names[index] ?? '', text: each })),
    resolved: new Map(paths.map((each, index) => [each, resolved[index] || each])),
  };
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
