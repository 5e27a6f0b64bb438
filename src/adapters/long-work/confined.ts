/**
 * A command for {@link runCommand} that leaves nothing behind: what it mounts only it can see, and all that it has
 * started ends with it, and with this process, even where that is killed.
 */
export function confined(command: readonly string[]): string[] {
  return [
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
    ...[
      'unshare',
      '--mount',
      '--propagation',
      'private',
      '--pid',
      '--mount-proc',
      '--fork',
      '--kill-child',
      '--',
    ],
    ...command,
  ];
}
