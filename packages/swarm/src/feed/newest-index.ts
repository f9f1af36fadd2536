/** What is at an index: an update, or nothing that could be had. */
export type Probe<T> = (index: number) => Promise<T | undefined>

/** The update at an index. */
export interface Found<T> {
  readonly index: number
  readonly value: T
}

/**
 * Finds the newest update of a gap-free sequence, one question after the other: steps that double from the newest one
 * known until nothing is there, then halving. About 2 log2(d) questions for an update that is d behind the known one,
 * one where nothing is new and two where one is. Never in parallel: each question beyond the newest makes a node with few peers
 * blind for that index for a minute.
 */
export async function newestIndex<T>(
  known: Found<T> | undefined,
  probe: Probe<T>,
): Promise<Found<T> | undefined> {
  let newest = known
  const look = async (index: number): Promise<boolean> => {
    const value = await probe(index)
    if (value === undefined) return false
    newest = { index, value }
    return true
  }
  const base = known?.index ?? -1
  let low = base
  let step = 1
  while (await look(low + step)) {
    low += step
    // The second step is as short as the first: mostly one update came, and then two questions are enough.
    if (low - base > 1) step *= 2
  }
  let high = low + step
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await look(middle)) low = middle
    else high = middle
  }
  return newest
}
