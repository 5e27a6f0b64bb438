import { readdir, readFile, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Host } from '../../definition/guest.ts';
import type { GaneshaSeen, KernelServerSeen, NfsServerSeen } from '../../model/doctor/nfs-server.ts';
import { versionIn } from '../../model/doctor/tools.ts';
import { type KernelConfig, parseConfig } from '../../model/kernel-config.ts';
import { automatic } from '../exporter/choose.ts';
import { kernelHasNfsd } from '../exporter/exportfs/nfsd.ts';
import { configFileOf, Finder, numericOwners } from '../exporter/ganesha/find.ts';
import { findProgram } from '../program.ts';
import { ask } from './tools.ts';

/** What there is to export roots with. Nothing is started or loaded. */
export async function readNfsServer(exporter: Host['server']['exporter']): Promise<NfsServerSeen> {
  const [kernel, exportfs, ganesha] = await Promise.all([
    readKernelServer(),
    findProgram('exportfs').then((path) => path !== undefined),
    readGanesha(),
  ]);
  const choice =
    exporter === 'auto'
      ? automatic({ nfsd: kernel.nfsd, exportfs, ganesha: ganesha !== undefined })
      : exporter;
  return { exporter, choice, kernel, exportfs, ganesha };
}

/** @param proc and the other places where a kernel and its modules tell of themselves */
export async function readKernelServer(
  proc = '/proc',
  boot = '/boot',
  sys = '/sys',
): Promise<KernelServerSeen> {
  const name = release();
  const [nfsd, config, versions, owners] = await Promise.all([
    kernelHasNfsd(proc),
    readConfig([`${proc}/config.gz`, `${boot}/config-${name}`, `/lib/modules/${name}/config`]),
    readFile(`${proc}/fs/nfsd/versions`, 'utf8').catch(() => undefined),
    readFile(`${sys}/module/nfsd/parameters/nfs4_disable_idmapping`, 'utf8').catch(() => undefined),
  ]);
  return {
    release: name,
    nfsd,
    config,
    versions: versions?.trim(),
    numericOwners: owners === undefined ? undefined : /^[Y1]/.test(owners),
  };
}

async function readConfig(
  files: readonly string[],
): Promise<{ file: string; options: KernelConfig } | undefined> {
  for (const file of files) {
    try {
      const bytes = await readFile(file);
      const text = file.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes;
      return { file, options: parseConfig(text.toString('utf8')) };
    } catch {
      // The next one.
    }
  }
  return undefined;
}

async function readGanesha(): Promise<GaneshaSeen | undefined> {
  const path = await findProgram('ganesha.nfsd');
  if (path === undefined) return undefined;
  const [version, vfs, running] = await Promise.all([ask(path, ['-v']), hasVfs(), findRunning()]);
  return { version: versionIn(version.replace(/V(?=\d)/, '')), vfs, running };
}

/** Its libraries lie in a directory for each architecture, or in one for all. */
async function hasVfs(): Promise<boolean> {
  for (const library of ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/usr/local/lib64']) {
    const below = await readdir(library).catch(() => []);
    for (const place of [library, ...below.map((name) => join(library, name))]) {
      const found = await stat(join(place, 'ganesha/libfsalvfs.so')).catch(() => undefined);
      if (found?.isFile() === true) return true;
    }
  }
  return false;
}

/** One on the system bus, where umlnfs would find it as well. */
async function findRunning(): Promise<GaneshaSeen['running']> {
  const finder = new Finder('system', () => {});
  try {
    const found = await finder.find();
    if (found === undefined) return undefined;
    const configFile = await configFileOf(found.pid);
    return { configFile, numericOwners: await numericOwners(configFile) };
  } finally {
    finder.close();
  }
}
