/**
 * What a golden definition says about itself, in comments:
 *
 *     # expect: guest.memory = 134217728        a setting as read (in the host file: bridge.name)
 *     # expect-wanted: network.tap = uml-web1   a value of what is wanted in the end
 *     # expect-option: rsize=1048576            an option of nfsroot=; expect-no-option: its absence
 *     # expect-export: 192.168.2.2:/export/x(rw,sync)
 *     # expect-no-export:
 *     # expect-error 4: cannot use …            at this line of this file; without a number, at the file
 *     # expect-error etc/web1.conf:4: …        in another file of the case
 *     # expect-warning 4: …
 *     # expect-no-guest:                        no such guest is wanted (as after any error)
 *
 * Values are JSON, or a bare word. All errors and warnings have to be expected.
 */
export interface Expectation {
  readonly kind: string;
  /** `4`, `etc/web1.conf` or `etc/web1.conf:4`; empty for the file itself. */
  readonly place: string;
  readonly text: string;
}

const KINDS = [
  '',
  '-wanted',
  '-option',
  '-no-option',
  '-export',
  '-no-export',
  '-error',
  '-warning',
  '-no-guest',
];

export function expectationsIn(text: string): Expectation[] {
  return [
    ...text.matchAll(/^\ufeff?[ \t]*[#;] expect([a-z-]*)(?: (\S+?))?:(?:[ \t]+|(?=\r?$))(.*?)\r?$/gm),
  ].map((match) => {
    const kind = match[1] ?? '';
    if (!KINDS.includes(kind)) throw new Error(`unknown expectation: ${match[0]}`);
    return { kind, place: match[2] ?? '', text: match[3] ?? '' };
  });
}

/** `path = value` of an expectation. */
export function assignment(text: string): { path: readonly string[]; value: unknown } {
  const [, path = '', value = ''] = /^(\S+)\s*=\s*(.*)$/.exec(text) ?? [];
  if (path === '') throw new Error(`not of the form path = value: ${text}`);
  return { path: path.split('.'), value: parsed(value) };
}

export function at(object: unknown, path: readonly string[]): unknown {
  let value = object;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !(name in value))
      throw new Error(`nothing at ${path.join('.')}`);
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function parsed(text: string): unknown {
  if (text === 'undefined') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
