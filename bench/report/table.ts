import type { Row } from './row.ts'

const HEADINGS = ['figure', 'ours', 'beside it', '', 'times better', 'bar', 'holds']

/** The report as people read it: aligned columns, one line a figure. */
export function table(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cells)]
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map(line => line[column]!.length)))
  return lines
    .map(line =>
      line
        .map((cell, column) => align(cell, widths[column]!, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cells(row: Row): string[] {
  return [
    row.figure,
    `${number(row.ours)} ${row.unit}`,
    row.anchor === null ? '' : number(row.anchor),
    row.anchorName ?? '',
    row.ratio === null ? '' : row.ratio.toFixed(2),
    row.bar ?? '',
    row.holds === null ? '' : row.holds ? 'yes' : 'NO',
  ]
}

/** The anchor's value and the ratio are numbers and stand right; ours carries its unit and stands left. */
function align(cell: string, width: number, column: number): string {
  return column === 2 || column === 4 ? cell.padStart(width) : cell.padEnd(width)
}

function number(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(4)))
}
