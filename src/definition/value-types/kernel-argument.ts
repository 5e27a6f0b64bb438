import { quote } from '../../model/quote.ts';
import { ValueError, type ValueType } from '../key.ts';
import { refuse } from './refuse.ts';

const LONGEST = 256;

/**
 * What a definition cannot say, and what to write instead: either umlnfs says it itself, or it reaches files, sockets
 * or programs of the host. UML compares its own options by prefix (`eth` takes everything that begins so), so most
 * of these are prefixes too. A hyphen counts as an underscore, as it does for the kernel.
 */
const REFUSED: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/^-/, 'it would end the kernel arguments, or is an option of the UML binary'],
  [/^(root|rootfstype|rootflags|rootdelay|nfsroot|nfsaddrs)(=|$)/, 'write the keys of [Root]'],
  [/^r[ow](=|$)/, 'write ReadOnly= of [Root]'],
  [/^ip(=|$)/, 'write the keys of [Network]'],
  [/^(rd)?init(=|$)/, 'write Init= of [Guest]'],
  [/^(no|retain_|keep)?initrd/, 'umlnfs gives the initramfs that the kernel needs'],
  [/^mem(=|$)/, 'write Memory= of [Guest]'],
  [/^hostname(=|$)/, 'write Hostname= of [Guest]'],
  [/^seccomp/, 'write Seccomp= of [Guest]'],
  [/^(eth|vec)/, 'write Transport=, MACAddress= and Tap= of [Network]'],
  [/^(nfs\.)?nfs4_unique_id/, 'umlnfs gives each guest an NFS identity of its own'],
  [/^(umid|uml_|mconsole|noreboot|umlnfs)/, 'umlnfs sets it itself'],
  [/^(con|ssl|tty|xterm)/, "the consoles are umlnfs's; use umlnfs console and umlnfs logs"],
  [/^(ubd|udb|fake_ide)/, 'write Disks= of [Guest]'],
  [/^(hostfs|iomem|mmapper)/, 'it gives the guest files of the host'],
  [/^(virtio_uml|vfio_uml|time_travel)/, 'it connects the guest to sockets or devices of the host'],
  [/^(dsp|mixer|hostaudio)/, 'it gives the guest sound devices of the host'],
  [
    /^(debug|gdb|jail|honeypot|aio)/,
    "it is UML's own and starts or changes things on the host; for more messages write ignore_loglevel",
  ],
];

/** One kernel argument: a word that neither becomes two nor reaches the host. */
export const kernelArgument: ValueType<string> = {
  name: 'kernel argument',
  syntax: 'a kernel argument: one word of printable ASCII without quotes and backslashes',
  parse(text) {
    if (text.length > LONGEST) return refuse(text, this.syntax, `it is longer than ${LONGEST} characters`);
    // A quote would make the kernel read on over spaces; UML itself joins its arguments with spaces.
    if (!/^[!-~]+$/.test(text) || /["'`\\]/.test(text)) return refuse(text, this.syntax);
    const name = text.replace(/=.*$/, '').replaceAll('-', '_');
    const compared = text.startsWith('-') ? text : name + text.slice(name.length);
    for (const [pattern, instead] of REFUSED) {
      if (pattern.test(compared)) throw new ValueError(`${quote(text)} is refused: ${instead}`);
    }
    return text;
  },
  format: (value) => value,
};
