import type { LogHash } from '../log-id.ts'

/** Where an entry stands among those of all lanes (docs/spec.md, section 17). */
export interface LanePlace {
  /** Running maximum of its log's timestamps up to this entry, Unix ms. */
  readonly time: number
  readonly log: LogHash
  readonly seq: number
}

/**
 * The one order of entries of many logs: by running maximum, then by log hash, then by seq. It is a total order, it keeps
 * that of each log, and it follows from the published bytes alone, whoever reads them and in whichever order they came.
 */
export function compareLanePlaces(a: LanePlace, b: LanePlace): number {
  return a.time - b.time || (a.log < b.log ? -1 : a.log > b.log ? 1 : a.seq - b.seq)
}

/** A lane and the entry of it that comes next. */
interface Waiting<T> {
  readonly source: AsyncIterator<T>
  readonly item: T
  readonly place: LanePlace
}

/**
 * Merges lanes, each in its own order, into that of {@link compareLanePlaces}, or with `reverse` lanes that are newest
 * first into its reverse. Holds one entry of each. When it ends, however it ends, all lanes are told to end.
 * @throws what a lane throws: nothing is left out silently
 */
export async function* mergeLanes<T>(
  lanes: readonly AsyncIterable<T>[],
  placeOf: (item: T) => LanePlace,
  { reverse = false }: { readonly reverse?: boolean | undefined } = {},
): AsyncGenerator<T, void, undefined> {
  const sources = lanes.map(lane => lane[Symbol.asyncIterator]())
  const before = (a: Waiting<T>, b: Waiting<T>) => compareLanePlaces(a.place, b.place) < 0 !== reverse
  const take = async (source: AsyncIterator<T>): Promise<Waiting<T> | undefined> => {
    const { done, value } = await source.next()
    return done ? undefined : { source, item: value, place: placeOf(value) }
  }
  try {
    const heap: Waiting<T>[] = []
    for (const first of await Promise.all(sources.map(take))) if (first) push(heap, first, before)
    for (let next = heap[0]; next; next = heap[0]) {
      yield next.item
      const after = await take(next.source)
      sink(heap, after ?? heap.pop()!, before)
    }
  } finally {
    await Promise.allSettled(sources.map(source => source.return?.()))
  }
}

type Before<T> = (a: T, b: T) => boolean

/** Adds to a binary heap whose first element is before all others. */
function push<T>(heap: T[], added: T, before: Before<T>): void {
  let at = heap.length
  for (;;) {
    const parent = (at - 1) >> 1
    if (at === 0 || !before(added, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = added
}

/** Puts an element in the place of the first one and lets it sink to where it belongs. */
function sink<T>(heap: T[], moved: T, before: Before<T>): void {
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    if (left >= heap.length) break
    const right = left + 1
    const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left
    if (!before(heap[child]!, moved)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = moved
}
