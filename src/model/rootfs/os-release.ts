/** `trixie` where os-release(5) has a code name, else `Alpine Linux v3.20` or whatever it is called; else empty. */
export function suiteOf(osRelease: string): string {
  const value = (name: string) => new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(osRelease)?.[2] ?? '';
  return value('VERSION_CODENAME') || value('PRETTY_NAME') || value('ID');
}
