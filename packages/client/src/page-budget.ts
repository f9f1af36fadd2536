import { BRANCHES, CHUNK_BYTES, SPAN_BYTES } from '@remote-log/core'

/**
 * How many pages from `from` on, of a history of `pages`, so many bytes pay for, with the inner chunks that lead to
 * them. Never too many; inner chunks that are known already are counted again.
 */
export function affordablePages(bytes: number, from: number, pages: number): number {
  const chunks = Math.floor(bytes / (SPAN_BYTES + CHUNK_BYTES))
  let count = Math.max(0, Math.min(chunks, pages - from))
  for (;;) {
    const excess = count + innerChunks(from, from + count, pages) - chunks
    if (count === 0 || excess <= 0) return count
    count = Math.max(0, count - Math.ceil(excess / 2))
  }
}

/** Inner chunks above the pages [from, to), at most. */
function innerChunks(from: number, to: number, pages: number): number {
  let count = 0
  for (let below = 1; below < pages; ) {
    below *= BRANCHES
    count += Math.floor((to - 1) / below) - Math.floor(from / below) + 1
  }
  return count
}
