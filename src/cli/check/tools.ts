import { access, constants } from 'node:fs/promises';
import { readTun } from '../../adapters/doctor/tun.ts';
import type { Host } from '../../definition/guest.ts';
import { type Tool, tools } from '../../model/doctor/tools.ts';
import { judgeTun } from '../../model/doctor/tun.ts';
import type { Problem } from '../../model/problem.ts';

const always = tools.filter(({ need }) => need === true);
const exportfs: Tool = { program: 'exportfs', package: 'nfs-kernel-server', use: 'export roots' };
const ganesha: Tool = {
  program: 'ganesha.nfsd',
  package: 'nfs-ganesha nfs-ganesha-vfs',
  use: 'export roots',
};

const directories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

async function isThere({ program }: Tool): Promise<boolean> {
  const found = directories.map((directory) =>
    access(`${directory}/${program}`, constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(found)).includes(true);
}

/** What the daemon runs and is missing, as problems of the host file. */
export async function checkTools(host: Host, hostFile: string): Promise<Problem[]> {
  const problem = (message: string): Problem => ({
    severity: 'error',
    file: hostFile,
    line: undefined,
    guest: undefined,
    message,
  });
  const missing = (tool: Tool) =>
    problem(`cannot ${tool.use}: ${tool.program} is missing; apt install ${tool.package}`);
  const problems: Problem[] = [];
  for (const tool of always) if (!(await isThere(tool))) problems.push(missing(tool));
  const { exporter } = host.server;
  if (exporter === 'exportfs' && !(await isThere(exportfs))) problems.push(missing(exportfs));
  if (exporter === 'ganesha' && !(await isThere(ganesha))) problems.push(missing(ganesha));
  if (exporter === 'auto' && !(await isThere(exportfs)) && !(await isThere(ganesha))) {
    problems.push(
      problem(
        `cannot export roots: there is no NFS server; apt install ${exportfs.package}, or ${ganesha.package}`,
      ),
    );
  }
  const tun = judgeTun(await readTun());
  if (tun.level === 'failure') {
    problems.push(problem(`cannot give guests their taps: ${tun.item}: ${tun.text}; ${tun.mend ?? ''}`));
  }
  return problems;
}
