import { isTemplateName } from '../../src/definition/guest-name.ts';
import type { GuestSource, Loaded } from '../../src/definition/source.ts';
import { instancesOf, parseTemplate } from '../../src/definition/template/template.ts';
import type { Problem } from '../../src/model/problem.ts';

/**
 * A load of definitions given by their text, `{ web1: '[Guest]…' }`; a problem instead makes the file unreadable, and
 * `lab@` is a template.
 */
export function loadedWith(
  guests: Readonly<Record<string, string | Problem>>,
  change: Partial<Omit<Loaded, 'host' | 'networks'>> & {
    readonly host?: string;
    readonly networks?: Readonly<Record<string, string>>;
  } = {},
): Loaded {
  const { host, networks = {}, ...rest } = change;
  const sources = Object.entries(guests).map(([name, content]): [string, GuestSource] => {
    const file = `/etc/umlnfs.d/${name}.conf`;
    const files = typeof content === 'string' ? [{ path: file, text: content }] : [];
    return [name, { name, file, files, problems: typeof content === 'string' ? [] : [content] }];
  });
  const templates = sources
    .filter(([name]) => isTemplateName(name))
    .map(([, source]) => ({ ...parseTemplate(source), source }));
  const instances = templates.flatMap((template) =>
    [...instancesOf(template, template.source)].map(([name, instanceOf]): [string, GuestSource] => [
      name,
      { ...template.source, name, instanceOf },
    ]),
  );
  return {
    hostFile: '/etc/umlnfs.conf',
    host: host === undefined ? undefined : { path: '/etc/umlnfs.conf', text: host },
    hostProblems: [],
    guests: new Map([...instances, ...sources.filter(([name]) => !isTemplateName(name))]),
    templates: templates.map((template) => ({ ...template, files: template.source.files })),
    networks: new Map(
      Object.entries(networks).map(([name, text]) => {
        const path = `/etc/umlnfs.d/${name}.network`;
        return [name, { name, file: path, files: [{ path, text }], problems: [] }];
      }),
    ),
    problems: [],
    complete: true,
    users: new Map(),
    ...rest,
  };
}

/** A definition with an address in 192.168.2.0/24 and whatever else. */
export function definition(host: number, more = ''): string {
  return `[Guest]\nAddress=192.168.2.${host}\n${more}\n`;
}
