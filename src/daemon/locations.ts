/** Where definitions are looked for. */
export interface Locations {
  readonly hostFile: string;
  /** The hosts file that names guests for this host. */
  readonly hosts: string;
  /** Highest priority first. */
  readonly directories: readonly string[];
}

/**
 * Without `configDir` the system's places, `/etc` over `/run` over `/usr/lib` as systemd has it; with it that
 * directory alone holds `umlnfs.conf` and `umlnfs.d`, and a `hosts` of its own.
 */
export function locations(configDir: string | undefined): Locations {
  if (configDir !== undefined) {
    return {
      hostFile: `${configDir}/umlnfs.conf`,
      hosts: `${configDir}/hosts`,
      directories: [`${configDir}/umlnfs.d`],
    };
  }
  return {
    hostFile: '/etc/umlnfs.conf',
    hosts: '/etc/hosts',
    directories: ['/etc/umlnfs.d', '/run/umlnfs.d', '/usr/lib/umlnfs.d'],
  };
}
