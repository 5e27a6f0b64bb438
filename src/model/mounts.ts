/** Whether a guest's /proc/mounts shows its root on NFS. The text is the guest's: only its form is looked at. */
export function rootMounted(mounts: string): boolean {
  return mounts.split('\n').some((line) => {
    const [, target, type] = line.split(' ');
    return target === '/' && (type === 'nfs' || type === 'nfs4');
  });
}
