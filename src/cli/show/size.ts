const units = ['K', 'M', 'G', 'T'] as const;

/** `812M`, `1.4G`, as ls -h has it; `?` for what is not known. */
export function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return '?';
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
}
