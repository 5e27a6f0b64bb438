import { type Diagnosis, failure, ok, warning } from './diagnosis.ts';

export interface ServerLook {
  readonly id: string;
  /** Threads of its NFS server, or why it could not be asked, with what to do. */
  readonly told:
    | { readonly threads: number }
    | { readonly problem: string; readonly hint: string | undefined };
}

/** The machines on which umlnfs makes exports. */
export function judgeServers(looks: readonly ServerLook[]): Diagnosis[] {
  return looks.map(({ id, told }) => {
    const item = `NFS server ${id}`;
    if ('problem' in told)
      return failure(item, told.problem, told.hint ?? `try it as root: ssh ${id} exportfs -v`);
    if (told.threads > 0) return ok(item, `lets umlnfs in; ${told.threads} threads`);
    return warning(
      item,
      'lets umlnfs in, and its NFS server does not run',
      `ssh ${id} systemctl enable --now nfs-server`,
    );
  });
}
