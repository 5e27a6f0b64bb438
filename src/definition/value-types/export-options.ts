import { quote } from '../../model/quote.ts';
import { ValueError, type ValueType } from '../key.ts';

/** The flags of exports(5); those of one group contradict each other. */
const FLAGS: readonly (readonly string[])[] = [
  ['secure', 'insecure'],
  ['rw', 'ro'],
  ['async', 'sync'],
  ['wdelay', 'no_wdelay'],
  ['hide', 'nohide'],
  ['crossmnt', 'nocrossmnt'],
  ['subtree_check', 'no_subtree_check'],
  ['secure_locks', 'insecure_locks'],
  ['auth_nlm', 'no_auth_nlm'],
  ['root_squash', 'no_root_squash'],
  ['all_squash', 'no_all_squash'],
  ['acl', 'no_acl'],
  ['pnfs', 'no_pnfs'],
  ['nordirplus'],
  ['security_label'],
  ['mountpoint'],
  ['mp'],
];

const ID = /^(-1|\d{1,10})$/;
const FLAVOURS = '(sys|none|null|krb5|krb5i|krb5p)';
const PATH = /^\/[A-Za-z0-9/._+@=~-]{0,255}$/;
// Where a client is sent to: path@host, no spaces, commas or parentheses, which would begin something new.
const PLACES = /^\/[A-Za-z0-9/._+@:~-]{0,511}$/;

/** The options with a value, and what the value may be. */
const VALUED: Readonly<Record<string, RegExp>> = {
  fsid: /^(root|\d{1,10}|[0-9a-fA-F-]{32,36})$/,
  anonuid: ID,
  anongid: ID,
  sec: new RegExp(`^${FLAVOURS}(:${FLAVOURS})*$`),
  xprtsec: /^(none|tls|mtls)(:(none|tls|mtls))*$/,
  mountpoint: PATH,
  mp: PATH,
  refer: PLACES,
  replicas: PLACES,
};

/** The options of exports(5), in the order written. */
export const exportOptions: ValueType<readonly string[]> = {
  name: 'export options',
  syntax: 'export options separated by commas, such as rw,async,no_subtree_check',
  parse(text) {
    const options = text.split(',');
    const seen = new Map<string, string>();
    for (const option of options) {
      const group = groupOf(option);
      const before = seen.get(group);
      if (before === option) throw new ValueError(`${quote(option)} is there twice`);
      if (before !== undefined) throw new ValueError(`${quote(option)} contradicts ${quote(before)}`);
      seen.set(group, option);
    }
    return options;
  },
  format: (value) => value.join(','),
};

/** What only one option of a list can be about. */
function groupOf(option: string): string {
  const flags = FLAGS.find((group) => group.includes(option));
  if (flags !== undefined) return flags[0] ?? option;
  const equals = option.indexOf('=');
  const name = equals < 0 ? option : option.slice(0, equals);
  const rule = Object.hasOwn(VALUED, name) ? VALUED[name] : undefined;
  if (rule === undefined) {
    throw new ValueError(
      option === '' ? 'an option between two commas is empty' : `exports(5) has no option ${quote(option)}`,
    );
  }
  if (equals < 0) throw new ValueError(`the option ${name} needs a value (${name}=…)`);
  if (!rule.test(option.slice(equals + 1)))
    throw new ValueError(`${quote(option)} has no valid value for ${name}=`);
  return name;
}
