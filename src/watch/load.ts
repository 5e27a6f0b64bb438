/**
 * Reads all definition files. NAME.conf in the first directory that has it is the guest's main file; drop-ins
 * NAME.conf.d/*.conf of all directories follow it in the order of their file names, and of two with the same name the
 * one of the earlier directory counts. A link to /dev/null masks what later directories have.
 * NAME.network is a network, likewise. NAME@.conf is a template: each of its instances is a guest NAME:INSTANCE, with the template's files and its own.
 */
import { lstat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { templateOf } from '../definition/guest-name.ts';
import type { GuestSource, InstanceOf, Loaded, LoadedTemplate, NetworkSource } from '../definition/source.ts';
import { instancesOf, parseTemplate } from '../definition/template/template.ts';
import { readGuestSource, readNetworkSource } from './guest-source.ts';
import { type Listing, listDirectories } from './list.ts';
import { mapLimited } from './map-limited.ts';
import { BEING_WRITTEN, fileProblem, NO_FILE } from './problems.ts';
import { readSource, SETTLE_TIME } from './read-source.ts';
import { lookUpUsers } from './users.ts';

const ATTEMPTS = 3;

/** @param directories highest priority first; they need not exist */
export async function loadDefinitions(directories: readonly string[], hostFile: string): Promise<Loaded> {
  for (let attempt = 1; ; attempt += 1) {
    const { loaded, young } = await loadOnce(directories, hostFile, attempt === ATTEMPTS);
    if (!young || attempt === ATTEMPTS) return { ...loaded, users: await lookUpUsers(loaded) };
    await delay(SETTLE_TIME);
  }
}

/** @param last whether files that are being written count as problems, as they will not be waited for any more */
async function loadOnce(directories: readonly string[], hostFile: string, last: boolean) {
  const listing = await listDirectories(directories);
  const host = await loadHost(hostFile, last);
  const templates = await loadTemplates(listing, last);
  const names = [...new Set([...listing.names, ...templates.of.keys()])].sort();
  const sources = await mapLimited(names, (name) => readGuestSource(listing, name, last));
  const guests = new Map<string, GuestSource>();
  for (const { source } of sources) {
    if (source !== undefined)
      guests.set(source.name, { ...source, instanceOf: templates.of.get(source.name) });
  }
  const networks = await loadNetworks(listing, last);
  const loaded: Loaded = {
    hostFile,
    host: host.file,
    hostProblems: host.problems,
    guests,
    networks: networks.sources,
    templates: templates.all,
    problems: [
      ...listing.problems,
      ...strayDropIns(listing, new Set(names), templates.all),
      ...strayNetworkDropIns(listing),
    ],
    complete: listing.complete && !(last && listing.young),
    users: new Map(),
  };
  const young = [listing, host, templates, networks, ...sources].some((read) => read.young);
  return { loaded, young };
}

async function loadNetworks(listing: Listing, last: boolean) {
  const names = [...listing.networks.mainFiles.keys()].sort();
  const reads = await mapLimited(names, (name) => readNetworkSource(listing, name, last));
  const sources = new Map<string, NetworkSource>();
  for (const { source } of reads) if (source !== undefined) sources.set(source.name, source);
  return { sources, young: reads.some(({ young }) => young) };
}

/** The templates, and what each of their instances has of them. */
async function loadTemplates(listing: Listing, last: boolean) {
  const reads = await mapLimited([...listing.templates].sort(), (name) =>
    readGuestSource(listing, name, last),
  );
  const all: LoadedTemplate[] = [];
  const of = new Map<string, InstanceOf>();
  for (const { source } of reads) {
    if (source === undefined) continue;
    const template = parseTemplate(source);
    all.push({ ...template, files: source.files });
    for (const [guest, instance] of instancesOf(template, source)) of.set(guest, instance);
  }
  return { all, of, young: reads.some(({ young }) => young) };
}

async function loadHost(path: string, last: boolean) {
  const read = await readSource(path);
  if (read.kind === 'failed')
    return { file: undefined, problems: [fileProblem(path, undefined, read.message)], young: false };
  if (read.kind === 'masked') return { file: undefined, problems: [], young: false };
  if (read.kind === 'absent') {
    const dangling = await lstat(path).then(
      () => true,
      () => false,
    );
    // Without a host file the defaults hold. A link to one that is away just now is something else.
    return {
      file: undefined,
      problems: dangling ? [fileProblem(path, undefined, NO_FILE)] : [],
      young: false,
    };
  }
  const problems = read.young && last ? [fileProblem(path, undefined, BEING_WRITTEN)] : [];
  return { file: { path, text: read.text }, problems, young: read.young };
}

/** Drop-ins without a main file do nothing, as with systemd, but somebody will wonder. */
function strayDropIns(listing: Listing, guests: ReadonlySet<string>, templates: readonly LoadedTemplate[]) {
  const unknown = new Set(templates.filter(({ broken }) => broken).map(({ name }) => name));
  return [...listing.dropInDirectories]
    .filter(([name]) => !guests.has(name) && !listing.templates.has(name))
    .filter(([name]) => !unknown.has(templateOf(name) ?? ''))
    .flatMap(([name, paths]) =>
      paths.map((path) => ({
        ...fileProblem(path, name, `cannot use the drop-ins: ${strayReason(name, listing)}`),
        severity: 'warning' as const,
      })),
    );
}

function strayReason(name: string, listing: Listing): string {
  const template = templateOf(name);
  if (template === undefined || !listing.templates.has(template))
    return `there is no definition ${name}.conf that they could change`;
  const instance = name.slice(template.length);
  return `${template}.conf has no instance ${instance}; write it into Instances= there`;
}

function strayNetworkDropIns({ networks: { mainFiles, dropInDirectories } }: Listing) {
  const stray = [...dropInDirectories].filter(([name]) => !mainFiles.has(name));
  return stray.flatMap(([name, paths]) =>
    paths.map((path) => {
      const message = `cannot use the drop-ins: there is no definition ${name}.network that they could change`;
      return { ...fileProblem(path, undefined, message), severity: 'warning' as const };
    }),
  );
}
