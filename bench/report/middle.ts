/** The one in the middle by a value; of an even number, the larger of two. */
export function middle<T>(all: readonly T[], value: (one: T) => number): T {
  return all.toSorted((a, b) => value(a) - value(b))[all.length >> 1]!
}
