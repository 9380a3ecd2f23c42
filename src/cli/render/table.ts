import type { Style } from './style.ts';
import { visibleWidth } from './style.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A table as lines, columns two spaces apart, without trailing blanks. Cells may carry marks; missing ones are empty. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(visibleWidth(title), ...rows.map((row) => visibleWidth(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? '', widths[index] ?? 0, align))
      .join('  ')
      .trimEnd();
  return [style.dim(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

function pad(cell: string, width: number, align: Column['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - visibleWidth(cell)));
  return align === 'right' ? blanks + cell : cell + blanks;
}
