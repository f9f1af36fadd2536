/**
 * Reed-Solomon over GF(2^8), polynomial 0x11d, with the matrix that klauspost/reedsolomon takes by default: Vandermonde
 * (row r, column c: r^c) times the inverse of its upper square, so that the first shards are the data itself. No
 * library of npm has this matrix, and parities are content: another one would give other references.
 */
const POLYNOMIAL = 0x11d
const EXP = new Uint8Array(510)
const LOG = new Uint8Array(256)
for (let i = 0, value = 1; i < 255; i++) {
  EXP[i] = value
  EXP[i + 255] = value
  LOG[value] = i
  value <<= 1
  if (value > 255) value ^= POLYNOMIAL
}

type Matrix = Uint8Array[]

const multiply = (a: number, b: number) => (a === 0 || b === 0 ? 0 : EXP[LOG[a]! + LOG[b]!]!)
const inverse = (a: number) => EXP[255 - LOG[a]!]!
const power = (a: number, n: number) => (n === 0 ? 1 : a === 0 ? 0 : EXP[(LOG[a]! * n) % 255]!)

/** Rows `data` and up of the coding matrix. */
const codes = new Map<string, Matrix>()

/** The parity shards of these shards, which are of one length. At most 256 in all. */
export function parityShards(shards: readonly Uint8Array[], parities: number): Uint8Array[] {
  const rows = parityRows(shards.length, parities)
  return rows.map(row => combine(row, shards))
}

/**
 * The data shards, from any `data` shards of the `data` + parities: undefined where one is missing.
 * @returns undefined where too few are there
 */
export function recoverShards(
  shards: readonly (Uint8Array | undefined)[],
  data: number,
): Uint8Array[] | undefined {
  const there = [...shards.keys()].filter(i => shards[i] !== undefined).slice(0, data)
  if (there.length < data) return undefined
  const parity = parityRows(data, shards.length - data)
  const rows = there.map(i => (i < data ? unit(data, i) : parity[i - data]!))
  const decode = invert(rows)
  const kept = there.map(i => shards[i]!)
  return Array.from({ length: data }, (_, i) => shards[i] ?? combine(decode[i]!, kept))
}

function parityRows(data: number, parities: number): Matrix {
  const name = `${data}+${parities}`
  const known = codes.get(name)
  if (known) return known
  const row = (r: number) => Uint8Array.from({ length: data }, (_, c) => power(r, c))
  const top = invert(Array.from({ length: data }, (_, r) => row(r)))
  const rows = Array.from({ length: parities }, (_, p) => {
    const from = row(data + p)
    return Uint8Array.from({ length: data }, (_, c) =>
      from.reduce((sum, value, k) => sum ^ multiply(value, top[k]![c]!), 0),
    )
  })
  codes.set(name, rows)
  return rows
}

function combine(row: Uint8Array, shards: readonly Uint8Array[]): Uint8Array {
  const sum = new Uint8Array(shards[0]!.length)
  for (const [i, shard] of shards.entries()) {
    const factor = row[i]!
    if (factor === 0) continue
    const times = Uint8Array.from({ length: 256 }, (_, value) => multiply(factor, value))
    for (let at = 0; at < sum.length; at++) sum[at]! ^= times[shard[at]!]!
  }
  return sum
}

/** Gauss and Jordan. What comes here can be inverted: its rows are any of a Vandermonde matrix. */
function invert(matrix: Matrix): Matrix {
  const size = matrix.length
  const left = matrix.map(row => Uint8Array.from(row))
  const right = Array.from({ length: size }, (_, i) => unit(size, i))
  for (let at = 0; at < size; at++) {
    const pivot = left.findIndex((row, r) => r >= at && row[at] !== 0)
    for (const side of [left, right]) [side[at], side[pivot]] = [side[pivot]!, side[at]!]
    const scale = inverse(left[at]![at]!)
    for (const side of [left, right]) side[at] = side[at]!.map(value => multiply(value, scale))
    for (let r = 0; r < size; r++) {
      const factor = r === at ? 0 : left[r]![at]!
      if (factor === 0) continue
      for (const side of [left, right]) {
        const from = side[at]!
        side[r] = side[r]!.map((value, c) => value ^ multiply(factor, from[c]!))
      }
    }
  }
  return right
}

function unit(size: number, at: number): Uint8Array {
  const row = new Uint8Array(size)
  row[at] = 1
  return row
}
