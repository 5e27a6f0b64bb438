/** The IPv4 address that a guest's kernel was started with; undefined where it was to learn one. */
export function runningAddress(argv: readonly string[]): string | undefined {
  const value = argv.find((word) => word.startsWith('ip='))?.slice('ip='.length) ?? '';
  return /^(\d{1,3}(?:\.\d{1,3}){3}):/.exec(value)?.[1];
}
