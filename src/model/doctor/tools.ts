import { type Diagnosis, failure, ok, warning } from './diagnosis.ts';

export interface Tool {
  readonly program: string;
  /** Debian's. */
  readonly package: string;
  /** Completes "cannot …". */
  readonly use: string;
  /** What prints the version; none for programs that do not tell. */
  readonly version?: readonly string[];
  /** Whether no guest runs without it. */
  readonly need?: true;
  /** The program in whose place it does, where that is missing. */
  readonly insteadOf?: string;
}

/** What umlnfs runs, but for the NFS servers. */
export const tools: readonly Tool[] = [
  { program: 'ip', package: 'iproute2', use: 'make bridge and taps', version: ['-V'], need: true },
  {
    program: 'setpriv',
    package: 'util-linux',
    use: 'run guests without privileges',
    version: ['--version'],
    need: true,
  },
  {
    program: 'prlimit',
    package: 'util-linux',
    use: 'limit what guests may write',
    version: ['--version'],
    need: true,
  },
  {
    program: 'busybox',
    package: 'busybox-static',
    use: 'build an initramfs for kernels that need one',
  },
  { program: 'modprobe', package: 'kmod', use: 'load modules of this kernel', version: ['--version'] },
  { program: 'mmdebstrap', package: 'mmdebstrap', use: 'make Debian roots', version: ['--version'] },
  {
    program: 'debootstrap',
    package: 'debootstrap',
    use: 'make Debian roots',
    version: ['--version'],
    insteadOf: 'mmdebstrap',
  },
  {
    program: 'ssh',
    package: 'openssh-client',
    use: 'export roots on other machines and guests',
    version: ['-V'],
  },
  {
    program: 'dnsmasq',
    package: 'dnsmasq-base',
    use: 'give guests names, and addresses by DHCP',
    version: ['--version'],
  },
  {
    program: 'nft',
    package: 'nftables',
    use: 'filter what guests send, and starts none that it is to filter',
    version: ['--version'],
    need: true,
  },
];

export interface ToolSeen {
  readonly program: string;
  readonly path: string | undefined;
  /** The first line that it tells; empty where it tells none. */
  readonly version: string;
}

export function judgeTools(seen: readonly ToolSeen[]): Diagnosis[] {
  const isThere = (name: string | undefined) =>
    seen.some(({ program, path }) => program === name && path !== undefined);
  const asked = tools.filter(({ program, insteadOf }) =>
    insteadOf === undefined
      ? isThere(program) || !tools.some((other) => other.insteadOf === program && isThere(other.program))
      : isThere(program) && !isThere(insteadOf),
  );
  return asked.map((tool) => {
    const { path, version } = seen.find(({ program }) => program === tool.program) ?? {
      path: undefined,
      version: '',
    };
    if (path !== undefined)
      return ok(tool.program, [versionIn(version), path].filter((part) => part !== '').join(', '));
    const judge = tool.need === true ? failure : warning;
    return judge(tool.program, `missing: umlnfs cannot ${tool.use}`, `apt install ${tool.package}`);
  });
}

/** `2.38.1` of `setpriv from util-linux 2.38.1`. */
export function versionIn(line: string): string {
  return /\d+(\.\d+)+\S*/.exec(line)?.[0]?.replace(/[,;)]+$/, '') ?? '';
}
