/** Where definitions are looked for. */
export interface Locations {
  readonly hostFile: string;
  /** Highest priority first. */
  readonly directories: readonly string[];
}

/**
 * Without `configDir` the system's places, `/etc` over `/run` over `/usr/lib` as systemd has it; with it that
 * directory alone holds `umlnfs.conf` and `umlnfs.d`.
 */
export function locations(configDir: string | undefined): Locations {
  if (configDir !== undefined) {
    return { hostFile: `${configDir}/umlnfs.conf`, directories: [`${configDir}/umlnfs.d`] };
  }
  return {
    hostFile: '/etc/umlnfs.conf',
    directories: ['/etc/umlnfs.d', '/run/umlnfs.d', '/usr/lib/umlnfs.d'],
  };
}
