import { execa } from 'execa';

export interface AddressLayout {
  /** Comes before the command that is to have this layout. */
  readonly command: readonly string[];
  /** Bytes that UML may add to a guest's memory because of it. */
  readonly gap: number;
}

const fixed: AddressLayout = { command: ['setarch', '--addr-no-randomize'], gap: 0 };
const randomised: AddressLayout = { command: [], gap: 1024 * 1024 * 1024 };

let layout: Promise<AddressLayout> | undefined;

/**
 * How guests' kernels are laid out in memory. UML counts the gap that the host's randomisation leaves behind its
 * program as memory of the guest: up to 1 GiB, another amount at each start, and pages of the guest to manage
 * it. Newer kernels turn randomisation off themselves; here it is done for all, where the host lets us.
 */
export function addressLayout(): Promise<AddressLayout> {
  layout ??= execa('setarch', ['--addr-no-randomize', 'true'], { reject: false, stdin: 'ignore' }).then(
    (result) => (result.failed ? randomised : fixed),
  );
  return layout;
}
