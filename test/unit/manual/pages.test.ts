import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errors } from '../../../src/adapters/dbus/interface/errors.ts';
import { guestInterface } from '../../../src/adapters/dbus/interface/guest.ts';
import { managerInterface, objectManagerInterface } from '../../../src/adapters/dbus/interface/manager.ts';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { globalOptions } from '../../../src/cli/options.ts';
import { verbs } from '../../../src/cli/verbs.ts';
import { daemonOptions } from '../../../src/daemon/options.ts';
import { guestTable } from '../../../src/definition/guest-table.ts';
import { hostTable } from '../../../src/definition/host-table.ts';
import type { Table } from '../../../src/definition/key.ts';
import { page, pageNames } from '../../../src/manual/pages.ts';

const templates = join(import.meta.dirname, '../../../docs/man');

function roff(name: (typeof pageNames)[number]): string {
  return page(readFileSync(join(templates, `${name}.in`), 'utf8'));
}

/** What a page says, without the markup. */
function said(name: (typeof pageNames)[number]): string {
  return roff(name)
    .replace(/\\f[BIPR]/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\(aq', "'");
}

const tagged = (text: string, tag: string) => text.includes(`\n.TP\n${tag}`);

test.each<[(typeof pageNames)[number], Table]>([
  ['umlnfs-guest.5', guestTable],
  ['umlnfs.conf.5', hostTable],
])('%s has an entry for every key', (name, table) => {
  const text = said(name);
  for (const section of Object.values(table)) {
    const start = text.indexOf(`\n.SH "[${section.name}] section"`);
    expect(start, section.name).toBeGreaterThan(0);
    const body = text.slice(start, text.indexOf('\n.SH ', start + 1));
    for (const { name: key } of Object.values(section.keys))
      expect(tagged(body, `${key}=\n`), `${key}= of [${section.name}]`).toBe(true);
  }
});

test('a key tells its default, as it is written', () => {
  const text = roff('umlnfs-guest.5');
  expect(text).toMatch(/\\fBMemory=\\fP\n.*memory\.\n\.IP\nTakes .*\nDefault: \\fI128M\\fP\./);
  expect(text).toContain('Default: \\fI/usr/bin/linux.uml\\fP.');
  expect(text).toContain('Default: \\fIrw,fsid=0,async,wdelay,no_root_squash,no_subtree_check\\fP.');
});

test('umlnfs(1) has every verb, option and exit status', () => {
  const text = said('umlnfs.1');
  for (const { name, options } of verbs) {
    expect(tagged(text, name), name).toBe(true);
    for (const [option, { short, value }] of Object.entries({
      ...options,
      ...globalOptions,
    } as typeof options)) {
      const tag = `${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : `=${value}`}\n`;
      expect(tagged(text, tag), `--${option} of ${name}`).toBe(true);
    }
  }
  for (const { code } of Object.values(exitCodes)) expect(tagged(text, `${code}\n`), String(code)).toBe(true);
});

test('a verb tells which of the options it takes that several have', () => {
  const text = said('umlnfs.1');
  const plan = text.slice(text.indexOf('\n.TP\nplan '), text.indexOf('\n.TP\ncheck '));
  expect(plan).toContain('Takes --json, --config-dir= and --bus= too');
});

test('umlnfsd(8) has every option', () => {
  const text = said('umlnfsd.8');
  for (const option of Object.keys(daemonOptions))
    expect(text, option).toMatch(new RegExp(`\\n\\.TP\\n.*--${option}`));
});

test('org.umlnfs1(5) has every member and every error', () => {
  const text = said('org.umlnfs1.5');
  for (const spec of [managerInterface, objectManagerInterface, guestInterface]) {
    expect(text).toContain(`.SH "Interface ${spec.name}"`);
    for (const member of [...Object.keys(spec.methods), ...Object.keys(spec.signals)])
      expect(tagged(text, `${member}(`), member).toBe(true);
    for (const [property, { signature }] of Object.entries(spec.properties))
      expect(tagged(text, `${property} ${signature}\n`), property).toBe(true);
  }
  for (const { name } of Object.values(errors)) expect(tagged(text, `${name}\n`), name).toBe(true);
});

test('a template with a line that nothing stands for is refused', () => {
  expect(() => page('.TH x 1\n@no-such@\n')).toThrow('there is nothing called @no-such@');
});

test('SEE ALSO names every other page of ours somewhere', () => {
  const all = pageNames.map((name) => said(name)).join('\n');
  for (const name of pageNames) {
    const [, title, section] = /^(.*)\.(\d)$/.exec(name) ?? [];
    expect(all).toContain(`.BR ${title} (${section})`);
  }
});
