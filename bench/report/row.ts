/** What a figure is held to: `ours` itself, or `ratio` to the anchor, at most or at least `limit`. */
export interface Bar {
  readonly of: 'ours' | 'ratio'
  readonly is: '<=' | '>='
  readonly limit: number
}

/** One line of the report, as `--json` writes it. */
export interface Row {
  readonly figure: string
  readonly unit: string
  readonly ours: number
  /** The same work done by the peer that `anchorName` names; null where no peer can do it. */
  readonly anchor: number | null
  readonly anchorName: string | null
  /** How many times better than the anchor `ours` is: above 1 where it is better. */
  readonly ratio: number | null
  /** E.g. `ours <= 310` or `ratio >= 3`; null where the figure has none. */
  readonly bar: string | null
  readonly holds: boolean | null
}

/** A measured figure before it is judged. */
export interface Figure {
  readonly figure: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly ours: number
  readonly anchor?: { readonly name: string; readonly value: number } | undefined
  readonly bar?: Bar | undefined
}

export function atMost(limit: number): Bar {
  return { of: 'ours', is: '<=', limit }
}

export function atLeast(limit: number): Bar {
  return { of: 'ours', is: '>=', limit }
}

export function timesAnchor(limit: number): Bar {
  return { of: 'ratio', is: '>=', limit }
}

export function judge({ figure, unit, better, ours, anchor, bar }: Figure): Row {
  const ratio = anchor === undefined ? null : better === 'lower' ? anchor.value / ours : ours / anchor.value
  return {
    figure,
    unit,
    ours: rounded(ours),
    anchor: anchor === undefined ? null : rounded(anchor.value),
    anchorName: anchor?.name ?? null,
    ratio: ratio === null ? null : rounded(ratio),
    bar: bar === undefined ? null : `${bar.of} ${bar.is} ${bar.limit}`,
    holds: bar === undefined ? null : holds(bar, bar.of === 'ours' ? ours : ratio),
  }
}

function holds({ is, limit }: Bar, value: number | null): boolean {
  if (value === null || !Number.isFinite(value)) return false
  return is === '<=' ? value <= limit : value >= limit
}

/** Five significant digits: more than any figure here is exact to. Judged are the values as measured. */
function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
