/** Clones a root in a process of its own: `node clone-main.js FROM DIRECTORY IMAGES`. Its only message is why it cannot. */

import { cloneRoot } from '../adapters/rootfs/clone/clone.ts';
import { interruptible } from '../cli/interruptible.ts';
import { explained } from '../model/error.ts';

const [from = '', directory = '', images = ''] = process.argv.slice(2);
const action = `clone root ${directory} from ${from}`;
const progress = { phase: () => {}, detail: () => {} };
try {
  await interruptible(action, (signal) =>
    cloneRoot({ from, directory, images }, { action, signal, progress }),
  );
} catch (error) {
  process.stderr.write(`${explained(error)}\n`);
  process.exitCode = 1;
}
