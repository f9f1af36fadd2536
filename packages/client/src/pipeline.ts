import { subSignal } from './sub-signal.ts'

/**
 * Runs `start` over `items` with up to `ahead` of them under way and yields the results in order. When an item fails or
 * the consumer stops, what is under way is told by its signal.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  ahead: number,
  signal: AbortSignal | undefined,
  start: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const sub = subSignal(signal)
  const waiting: Promise<R>[] = []
  const source = items[Symbol.iterator]()
  let next = source.next()
  try {
    for (;;) {
      while (!next.done && waiting.length < ahead) {
        const result = start(next.value, sub.signal)
        result.catch(() => undefined)
        waiting.push(result)
        next = source.next()
      }
      const first = waiting.shift()
      if (first === undefined) return
      yield await first
    }
  } finally {
    sub.stop()
  }
}

/** The integers from `from` to before `to`, or the same downwards. */
export function* countTo(from: number, to: number, reverse = false): Generator<number, void, undefined> {
  if (reverse) for (let i = to - 1; i >= from; i--) yield i
  else for (let i = from; i < to; i++) yield i
}
