/** A source tree with what of Linux the build asks of one: a real make, a real compiler, and no kernel. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface KernelTree {
  /** Options that this tree does not have: it drops them, as Linux does, without a word. */
  readonly lacks?: readonly string[];
  /** The C source does not compile. */
  readonly broken?: boolean;
  /** A file that appears when it compiles, which then takes a minute. */
  readonly slow?: string;
}

/** Answers as a UML kernel does, so that it can be asked what it can do. */
const program = `#include <stdio.h>
#include <string.h>
#include "config.h"
int main(int count, char **words)
{
	if (count > 1 && !strcmp(words[1], "--showconfig")) fputs(CONFIG, stdout);
	if (count > 1 && !strcmp(words[1], "--version")) puts("6.1.0-tiny");
	return 0;
}
`;

// Of several lines for one option the last counts, and \`# CONFIG_X is not set\` is one of them.
const makefile = `
.PHONY: kernelversion defconfig olddefconfig linux
kernelversion:
	@echo 6.1.0
defconfig:
	@test "$(ARCH)" = um
	@printf 'CONFIG_UML=y\\nCONFIG_MODULES=y\\nCONFIG_SOUND=m\\n' > $(O)/.config
olddefconfig:
	@tac $(O)/.config | sed -n -E 's/^# (CONFIG_[A-Z0-9_]+) is not set$$/\\1=n/; /^CONFIG_/p' | \\
	  awk -F= '!seen[$$1]++' | grep -v '=n$$' LACKING > $(O)/.config.new
	@mv $(O)/.config.new $(O)/.config
linux:
	@for file in a b c; do echo "  CC      kernel/$$file.o"; done
	@echo "  CHKSHA1 include/linux/atomic.h"
SLOW	@sed 's/.*/"&\\\\n"/; 1s/^/static const char CONFIG[] = /; $$s/$$/;/' $(O)/.config > $(O)/config.h
	@gcc -I$(O) -o $(O)/linux main.c
`;

export async function makeKernelTree(directory: string, tree: KernelTree = {}): Promise<string> {
  await mkdir(join(directory, 'arch/um'), { recursive: true });
  const lacking = (tree.lacks ?? []).map((option) => `| grep -v '^${option}='`).join(' ');
  const slow = tree.slow === undefined ? '' : `\t@echo $$$$ > ${tree.slow}; sleep 60\n`;
  const text = makefile.replace('LACKING', lacking).replace('SLOW', slow);
  await writeFile(join(directory, 'Makefile'), text);
  await writeFile(join(directory, 'Kconfig'), '');
  await writeFile(join(directory, 'arch/um/Makefile'), '');
  await writeFile(
    join(directory, 'main.c'),
    tree.broken === true ? `${program}int x = no_such_thing;\n` : program,
  );
  return directory;
}
