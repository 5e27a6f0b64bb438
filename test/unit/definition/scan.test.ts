import { describe, expect, it } from 'vitest';
import { LONGEST_LINE, MOST_FAULTS, scan } from '../../../src/definition/scan.ts';

/** A generator of its own, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the grammar', () => {
  it('reads sections, keys, comments and continued lines with their numbers', () => {
    const { entries, faults } = scan(
      [
        '# comment',
        '; comment',
        '',
        '[Guest]',
        'Address = 192.168.2.2 ',
        '\tMemory=128M # no comment here',
        'Arguments=a \\',
        '  # a comment between',
        '  b \\',
        'c',
        '[Root]',
        'Directory=/a=b',
        'Empty=',
      ].join('\n'),
    );
    expect(faults).toEqual([]);
    expect(entries).toEqual([
      { section: 'Guest', key: 'Address', value: '192.168.2.2', line: 5 },
      { section: 'Guest', key: 'Memory', value: '128M # no comment here', line: 6 },
      { section: 'Guest', key: 'Arguments', value: 'a  b  c', line: 7 },
      { section: 'Root', key: 'Directory', value: '/a=b', line: 12 },
      { section: 'Root', key: 'Empty', value: '', line: 13 },
    ]);
  });

  it('keeps repeated keys and sections in their order', () => {
    const { entries } = scan('[A]\nx=1\n[B]\nx=2\n[A]\nx=3');
    expect(entries.map(({ section, value }) => section + value)).toEqual(['A1', 'B2', 'A3']);
  });

  it.each([
    ['[Guest', 1, /not of the form \[Section\]/],
    ['[Guest] x', 1, /not of the form \[Section\]/],
    ['[]', 1, /not of the form \[Section\]/],
    ['[Guest]\nAddress', 2, /neither \[Section\] nor Key=Value/],
    ['[Guest]\n=1', 2, /no key before the =/],
    ['Address=1', 1, /before the first section/],
    ['[Guest]\nA=1\\', 2, /ends after its backslash/],
    ['[Guest]\nA=1\\\n# comment', 2, /ends after its backslash/],
    ['[Guest]\r\nA=1\r\n', 1, /CR LF/],
    ['\ufeff[Guest]', 1, /byte order mark/],
    ['[Guest]\nA=\0', 2, /control character \(\\u\{0\}\)/],
    ['[Guest]\n# \u001b[2J', 2, /control character \(\\u\{1b\}\)/],
    ['[Guest]\nA=1\rB=2', 2, /control character/],
    [`[Guest]\nA=${'x'.repeat(LONGEST_LINE)}`, 2, /longer than 4096/],
    [`[Guest]\nA=${'x\\\n'.repeat(LONGEST_LINE)}x`, 2, /longer than 4096/],
  ])('says what is wrong with %j', (text, line, message) => {
    const { faults } = scan(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ line, message: expect.stringMatching(message) });
    expect(faults[0]?.message).toMatch(/^cannot /);
  });

  it('says it once for all lines of a file from Windows, and goes on', () => {
    const { faults, entries } = scan('[A]\r\nx=1\r\nnonsense\r\n');
    expect(faults.map(({ line }) => line)).toEqual([1, 3]);
    expect(entries).toMatchObject([{ key: 'x', value: '1' }]);
  });

  it('leaves out the keys of a section it cannot read, without a message for each', () => {
    expect(scan('[A\nx=1\ny=2\n[B]\nz=3')).toMatchObject({ entries: [{ key: 'z' }], faults: [{ line: 1 }] });
  });
});

describe('garbage', () => {
  it('never throws, and never says more than can be read', () => {
    const next = random(20_260_101);
    const pieces = [
      '[',
      ']',
      '=',
      '\\',
      '\n',
      '\r',
      '"',
      '#',
      ';',
      ' ',
      '\t',
      '\0',
      'Key',
      '[Guest]',
      '\ufeff',
      '\u2028',
      '😀',
      '\ud800',
    ];
    for (let round = 0; round < 2_000; round += 1) {
      let text = '';
      const length = Math.floor(next() * 200);
      for (let index = 0; index < length; index += 1) {
        const any = next() < 0.3 ? String.fromCharCode(Math.floor(next() * 0x300)) : undefined;
        text += any ?? pieces[Math.floor(next() * pieces.length)];
      }
      const lines = text.split('\n').length;
      const { entries, sections, faults } = scan(text);
      expect(entries.length + sections.length).toBeLessThanOrEqual(lines);
      expect(faults.length).toBeLessThanOrEqual(MOST_FAULTS + 1);
      for (const { line } of [...entries, ...sections, ...faults.slice(0, MOST_FAULTS)]) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
      }
      for (const { message } of faults) {
        expect(message.length).toBeLessThan(1000);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
        expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
      }
    }
  });

  it.each([
    ['blanks', ' '.repeat(1024 * 1024 - 1)],
    ['empty lines', '\n'.repeat(1024 * 1024)],
    ['faults', 'x\n'.repeat(512 * 1024)],
    ['backslashes', '\\\n'.repeat(512 * 1024)],
    ['brackets', '['.repeat(1024 * 1024)],
    ['quotes', `[A]\nx=${'"\\'.repeat(2000)}`],
  ])('takes a moment for a file full of %s', (_what, text) => {
    const started = performance.now();
    expect(scan(text).faults.length).toBeLessThanOrEqual(MOST_FAULTS + 1);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
