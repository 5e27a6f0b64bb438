// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
const colours = /(\u001b\[[\d;]*m)/;

/**
 * Text for a screen of that size: longer lines are cut, and lines that find no room are counted in the last one.
 * Colours take no room.
 */
export function fitScreen(text: string, columns: number, rows: number): string {
  const lines = text.replace(/\n$/, '').split('\n');
  // The cursor stays in the line below.
  const room = Math.max(2, rows - 1);
  const shown = lines.length <= room ? lines : lines.slice(0, room - 1);
  const fitted = shown.map((line) => fitLine(line, columns));
  if (shown.length < lines.length)
    fitted.push(fitLine(`… ${lines.length - shown.length} more: name those to watch`, columns));
  return `${fitted.join('\n')}\n`;
}

function fitLine(line: string, columns: number): string {
  const parts = line.split(colours).map((part, index) => ({ part, colour: index % 2 === 1 }));
  const length = parts.reduce((sum, { part, colour }) => sum + (colour ? 0 : part.length), 0);
  if (length <= columns) return line;
  let left = columns - 1;
  const fitted = parts.map(({ part, colour }) => {
    if (colour) return part;
    const kept = part.slice(0, left);
    const end = left > 0 && part.length >= left ? '…' : '';
    left -= kept.length;
    return kept + end;
  });
  return fitted.join('');
}
