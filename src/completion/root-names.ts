import { NAME_PATTERN } from '../definition/guest-name.ts';

/** A shell function for bash and zsh that prints the names of roots, where the host file says that they are. */
export const rootNames = `# Prints the names of the roots in the export directory.
_umlnfs_roots() {
    local directory
    directory=$(sed -n 's/^[[:space:]]*Export[[:space:]]*=[[:space:]]*\\(\\/[A-Za-z0-9/._+@=~-]*\\)[[:space:]]*$/\\1/p' \\
        /etc/umlnfs.conf 2>/dev/null | tail -n 1)
    find "\${directory:-/export}" -mindepth 1 -maxdepth 1 -type d -printf '%f\\n' 2>/dev/null |
        grep -xE '${NAME_PATTERN}'
}
`;
