/**
 * Options of exports(5) in one form, so that those somebody wrote can be compared with those exportfs keeps: it fills
 * in all defaults, has one spelling for each, and repeats some after `sec=`.
 */

/** Options that exclude each other; the first is the default. */
const choices: readonly (readonly string[])[] = [
  ['ro', 'rw'],
  ['sync', 'async'],
  ['wdelay', 'no_wdelay'],
  ['hide', 'nohide'],
  ['nocrossmnt', 'crossmnt'],
  ['secure', 'insecure'],
  ['root_squash', 'no_root_squash'],
  ['no_all_squash', 'all_squash'],
  ['no_subtree_check', 'subtree_check'],
  ['secure_locks', 'insecure_locks'],
  ['acl', 'no_acl'],
  ['no_pnfs', 'pnfs'],
];

const spellings: Readonly<Record<string, string>> = {
  auth_nlm: 'secure_locks',
  no_auth_nlm: 'insecure_locks',
  'fsid=root': 'fsid=0',
  mp: 'mountpoint',
  'sec=null': 'sec=none',
};

const valued: Readonly<Record<string, string>> = { anonuid: '65534', anongid: '65534', sec: 'sys' };

/** All options, every default said, sorted: equal for two lists that mean the same. */
export function normalOptions(options: readonly string[]): string[] {
  const chosen = new Map<string, string>(choices.map((choice) => [choice[0] ?? '', choice[0] ?? '']));
  for (const [name, value] of Object.entries(valued)) chosen.set(name, `${name}=${value}`);
  for (const written of options) {
    const option = spell(written);
    const group = choices.find((choice) => choice.includes(option))?.[0] ?? option.split('=', 1)[0] ?? '';
    chosen.set(group, option);
  }
  return [...chosen.values()].sort();
}

export function sameOptions(a: readonly string[], b: readonly string[]): boolean {
  return normalOptions(a).join() === normalOptions(b).join();
}

function spell(written: string): string {
  const option = spellings[written] ?? written.replace(/^mp=/, 'mountpoint=');
  // -1 is kept as it is written, and is the same number.
  const id = /^(anon[ug]id)=(-?\d+)$/.exec(option);
  return id === null ? option : `${id[1]}=${Number(id[2]) >>> 0}`;
}
