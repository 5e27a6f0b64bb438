/** Rows under titles, each column as wide as its widest cell; the last is not padded. */
export function columns(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === titles.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
      );
      return `${cells.join('  ')}\n`;
    })
    .join('');
}
