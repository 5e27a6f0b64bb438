import { kernelDirectory } from '../definition/kernel-name.ts';

/** A shell function for bash and zsh that prints the names of the kernels that are installed. */
export const kernelNames = `# Prints the names of the kernels that can be named by Kernel=.
_umlnfs_kernels() {
    find ${kernelDirectory} -mindepth 1 -maxdepth 1 -type d -printf '%f\\n' 2>/dev/null |
        grep -xE '[A-Za-z0-9][A-Za-z0-9._+-]{0,63}'
}
`;
