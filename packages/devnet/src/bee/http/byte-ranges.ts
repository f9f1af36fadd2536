/** Bytes `from` to `to` (exclusive) of a content. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** `none`: no range was asked for; `invalid`: not understood; `outside`: none of the ranges overlaps the content. */
export type RangeRequest = 'none' | 'invalid' | 'outside' | readonly ByteRange[]

/**
 * Reads a Range header as Go's net/http does (`parseRange`, RFC 9110 section 14): ranges that don't overlap are left
 * out while one does; more bytes in all than the content has count as no range at all.
 */
export function parseRange(header: string | undefined, length: number): RangeRequest {
  if (header === undefined) return 'none'
  if (!header.startsWith('bytes=')) return 'invalid'
  const ranges: ByteRange[] = []
  let outside = false
  for (const part of header.slice('bytes='.length).split(',')) {
    const text = part.trim()
    if (text === '') continue
    const match = /^([0-9]*)\s*-\s*([0-9]*)$/.exec(text)
    if (!match || (match[1] === '' && match[2] === '')) return 'invalid'
    const range = match[1] === '' ? suffix(Number(match[2]), length) : between(match[1]!, match[2]!, length)
    if (range === 'invalid') return 'invalid'
    if (range === 'outside') outside = true
    else ranges.push(range)
  }
  if (ranges.length === 0) return outside ? 'outside' : 'none'
  const sum = ranges.reduce((bytes, { from, to }) => bytes + to - from, 0)
  return sum > length ? 'none' : ranges
}

function suffix(bytes: number, length: number): ByteRange | 'outside' {
  return bytes === 0 ? 'outside' : { from: Math.max(0, length - bytes), to: length }
}

function between(first: string, last: string, length: number): ByteRange | 'invalid' | 'outside' {
  const from = Number(first)
  if (from >= length) return 'outside'
  if (last === '') return { from, to: length }
  return Number(last) < from ? 'invalid' : { from, to: Math.min(Number(last) + 1, length) }
}
