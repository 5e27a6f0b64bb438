import { NAME_PATTERN } from '../definition/guest-name.ts';

/**
 * A shell function for bash and zsh that prints the guests' names: as the daemon tells them (without starting it),
 * else those of the definitions. Asking the bus takes milliseconds, where starting Node would be felt at each
 * key. Only what can be a name comes through: shells expand what they complete from.
 */
export const guestNames = `# Prints the names of the guests; $1 is the bus where the daemon is, or empty.
_umlnfs_guests() {
    {
        _umlnfs_ask "$1" 2>/dev/null | tr -d '"' | tr ' ' '\\n' | sed -n '3~3p' | grep . ||
            find /etc/umlnfs.d /run/umlnfs.d /usr/lib/umlnfs.d -maxdepth 1 -name '*.conf' -printf '%f\\n' \\
                2>/dev/null | sed 's/\\.conf$//'
    } | grep -xE '${NAME_PATTERN}'
}

_umlnfs_ask() {
    case $1 in
        '') _umlnfs_list --system || _umlnfs_list --address=unix:path=/run/umlnfs/bus ;;
        system) _umlnfs_list --system ;;
        *) _umlnfs_list --address="$1" ;;
    esac
}

_umlnfs_list() {
    busctl "$1" --auto-start=no --timeout=2 \\
        call org.umlnfs1 /org/umlnfs1 org.umlnfs1.Manager ListGuests
}
`;
