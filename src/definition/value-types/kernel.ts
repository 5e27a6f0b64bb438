import { isKernelName, kernelNameOf, kernelPathOf } from '../kernel-name.ts';
import type { ValueType } from '../key.ts';
import { absolutePath } from './path.ts';
import { refuse } from './refuse.ts';

/** The path of a kernel's binary; the name of an installed one stands for its path. */
export const kernelBinary: ValueType<string> = {
  name: 'kernel',
  syntax: "an absolute path, or a kernel's name as umlnfs kernel list shows it",
  parse(text) {
    if (text.startsWith('/')) return absolutePath.parse(text);
    if (!isKernelName(text)) return refuse(text, this.syntax);
    return kernelPathOf(text);
  },
  format: (value) => kernelNameOf(value) ?? value,
};
