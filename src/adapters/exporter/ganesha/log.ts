/**
 * Why the server ended, from its log: the messages it gave the worst levels, without the time and place in front.
 * Undefined when the log has none.
 */
export function reasonOf(log: string): string | undefined {
  const said: string[] = [];
  for (const line of log.split('\n')) {
    const match = /:(?:CRIT|MAJ|FATAL) :(.*)$/.exec(line);
    const text = match?.[1]?.replace(/^Config File \([^)]*\): /, '').trim();
    // What always comes, and what only says that something was said before.
    if (
      text === undefined ||
      /keytab|^\d+ .*error|Errors? (processing|while|setting)|Fatal errors/.test(text)
    )
      continue;
    if (!said.includes(text)) said.push(text);
  }
  return said.length === 0 ? undefined : said.slice(0, 3).join('; ');
}

/** What to do about a reason, where it is a known one. */
export function hintOf(reason: string): string | undefined {
  if (/No IP address found/.test(reason)) {
    return 'it needs a network interface with an address, beside the loopback one';
  }
  if (/FSAL.*not found|Could not dlopen|libfsalvfs/.test(reason)) {
    return 'install its back end with: apt-get install nfs-ganesha-vfs';
  }
  return undefined;
}
