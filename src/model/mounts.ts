/** Where a kernel and its initramfs live before there is a root. */
const before = new Set(['rootfs', 'ramfs', 'tmpfs']);

/** Whether a guest's /proc/mounts shows that its root is mounted. The text is the guest's: only its form is looked at. */
export function rootMounted(mounts: string): boolean {
  return mounts.split('\n').some((line) => {
    const [, target, type = 'rootfs'] = line.split(' ');
    return target === '/' && !before.has(type);
  });
}
