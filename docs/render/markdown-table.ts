/** Renders a Markdown table; a bar inside a cell is escaped. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const renderRow = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [renderRow(head), renderRow(head.map(() => '---')), ...rows.map(renderRow)];
}
