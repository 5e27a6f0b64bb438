// Prints a paragraph of debian/copyright for each module below DIRECTORY. Usage: node copyright-of-modules.mjs DIRECTORY
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const commonLicences = { 'Apache-2.0': '/usr/share/common-licenses/Apache-2.0' };

/** Every module, those within modules too, by path. */
function* modules(directory) {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (name.startsWith('.')) continue;
    if (name.startsWith('@')) yield* modules(path);
    else if (existsSync(join(path, 'package.json'))) {
      yield path;
      if (existsSync(join(path, 'node_modules'))) yield* modules(join(path, 'node_modules'));
    }
  }
}

function person(value) {
  if (typeof value === 'string') return value;
  return value === undefined
    ? undefined
    : [value.name, value.email && `<${value.email}>`].filter(Boolean).join(' ');
}

function field(name, text) {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim());
  return `${name}:${lines.map((line, index) => (index === 0 ? ` ${line}` : `\n ${line === '' ? '.' : line}`)).join('')}\n`;
}

const [directory] = process.argv.slice(2);
for (const path of modules(directory)) {
  const { name, license, author } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const spdx = license?.type ?? license;
  if (typeof spdx !== 'string') throw new Error(`${path} does not say its licence`);
  const file = readdirSync(path).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(path, file), 'utf8');
  const holders = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(copyright|\(c\)|©)/i.test(line) && /\d{4}|\(c\)/i.test(line));
  const copyright = holders.length > 0 ? holders.join('\n') : (person(author) ?? `the authors of ${name}`);
  const common = commonLicences[spdx];
  const body =
    common === undefined
      ? text || `${spdx}, as its package.json says.`
      : `On Debian systems, its text is in ${common}.`;
  const licence = `${spdx} of ${name}`.replaceAll(' ', '-').replaceAll(/[@/]/g, '-');
  process.stdout.write(
    `${field('Files', `node_modules/${path.slice(directory.length + 1)}/*`)}${field('Copyright', copyright)}${field('License', `${licence}\n${body}`)}\n`,
  );
}
