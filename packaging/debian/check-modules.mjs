// Sees to it that everything a program in LIB imports is there and loads. Usage: node check-modules.mjs LIB
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const lib = resolve(process.argv[2]);
const missing = [];
const packages = new Set();

for (const name of readdirSync(join(lib, 'dist'), { recursive: true })) {
  const file = join(lib, 'dist', name);
  if (!file.endsWith('.js')) continue;
  const text = readFileSync(file, 'utf8');
  const imports = text.matchAll(
    /(?:^|\n)(?:import|export)\b[^;'"]*?from\s*'([^']+)'|import\('([^']+)'\)|import '([^']+)'|(?:require|createRequire\([^)]*\))\('([^']+)'\)/g,
  );
  for (const found of imports) {
    const target = found.slice(1).find((part) => part !== undefined);
    if (target.startsWith('.')) {
      if (!existsSync(join(dirname(file), target))) missing.push(`${file}: there is no ${target}`);
    } else if (!target.startsWith('node:')) packages.add(target);
  }
}

const from = createRequire(pathToFileURL(join(lib, 'dist/main.js')));
for (const name of packages) {
  try {
    await import(pathToFileURL(from.resolve(name)).href);
  } catch (error) {
    missing.push(`${name}: ${error.message}`);
  }
}
if (packages.size < 5) missing.push(`only ${packages.size} modules were found: the check is broken`);
for (const line of missing) console.error(line);
process.exit(missing.length > 0 ? 1 : 0);
