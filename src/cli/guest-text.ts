/**
 * What of a guest's output may reach the terminal. `text`: lines and tabs alone. `colour`: SGR sequences as well.
 * `screen`: what full-screen programs need, which is cursor movement and single control characters; but never
 * the strings (OSC, DCS, APC, PM, SOS) that set titles and clipboards, nor what makes a terminal type by itself
 * what the guest chose.
 */
export type Allowed = 'text' | 'colour' | 'screen';

/** Longer sequences are no sequences. */
const longestSequence = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Characters that reorder or hide text: bidirectional controls, zero width, line separators. */
const deceptive = /[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
/** CSI with parameters and intermediates, as a whole. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const sgr = /^\u001b\[[0-9;:]*m$/;
/** Reports that contain text of the guest's choice: title (CSI 20/21 t) and the like. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const windowOperation = /^\u001b\[[0-9;]*t$/;

const csi = (sequence: string) => sequence.startsWith('\u001b[');

/** Filters a stream of bytes; sequences and characters may come in pieces. */
export class GuestText {
  readonly #allowed: Allowed;
  readonly #decoder = new TextDecoder();
  /** An escape sequence that has begun. */
  #sequence = '';
  #string = false;
  #coloured = false;

  constructor(allowed: Allowed) {
    this.#allowed = allowed;
  }

  push(bytes: Uint8Array): string {
    return this.#filter(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left at the end, and colours off where some are on. */
  end(): string {
    const rest = this.#filter(this.#decoder.decode());
    this.#sequence = '';
    return this.#coloured ? `${rest}\u001b[0m` : rest;
  }

  #filter(text: string): string {
    let shown = '';
    let plain = '';
    const flush = () => {
      shown += this.#plain(plain);
      plain = '';
    };
    for (const char of text) {
      if (this.#sequence === '') {
        if (char === '\u001b') this.#sequence = char;
        // The one-character forms of what begins with ESC.
        else if (char === '\u009b') this.#sequence = '\u001b[';
        else if (/[\u0090\u0098\u009d-\u009f]/.test(char))
          this.#begin(`\u001b${String.fromCharCode(char.charCodeAt(0) - 0x40)}`);
        else plain += char;
        continue;
      }
      flush();
      shown += this.#continue(char);
    }
    flush();
    return shown;
  }

  #begin(sequence: string): void {
    this.#sequence = sequence;
    this.#string = true;
  }

  #plain(text: string): string {
    if (this.#allowed === 'screen') return text.replace(/[\u0080-\u009f]/g, '');
    return text.replace(/\r+\n/g, '\n').replace(controls, '').replace(deceptive, '');
  }

  /** A character within a sequence. */
  #continue(char: string): string {
    if (this.#string) return this.#continueString(char);
    if (char === '\n' || char === '\u001b') {
      // Broken off: what was a sequence is gone, what comes counts.
      this.#sequence = char === '\n' ? '' : char;
      return char === '\n' ? char : '';
    }
    const sequence = this.#sequence + char;
    if (sequence.length === 2 && /[PX\]^_]/.test(char)) {
      this.#begin(sequence);
      return '';
    }
    // CSI has parameters and intermediates before its last character, other sequences intermediates alone.
    const open = sequence.length === 2 ? /[[ -/]/.test(char) : (csi(sequence) ? /[ -?]/ : /[ -/]/).test(char);
    this.#sequence = open && sequence.length < longestSequence ? sequence : '';
    return open ? '' : this.#allow(sequence);
  }

  #continueString(char: string): string {
    // Ends with BEL or ST; a line's end ends it too, so that nothing swallows a log.
    const ends =
      char === '\u0007' ||
      char === '\u009c' ||
      char === '\n' ||
      (char === '\\' && this.#sequence.endsWith('\u001b'));
    this.#sequence = ends ? '' : this.#sequence.slice(0, 2) + char;
    if (ends) this.#string = false;
    return char === '\n' ? char : '';
  }

  #allow(sequence: string): string {
    if (sgr.test(sequence)) {
      if (this.#allowed === 'text') return '';
      this.#coloured = ![`\u001b[m`, `\u001b[0m`].includes(sequence);
      return sequence;
    }
    return this.#allowed === 'screen' && !windowOperation.test(sequence) ? sequence : '';
  }
}
