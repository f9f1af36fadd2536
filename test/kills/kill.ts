import { createHash } from 'node:crypto'

/**
 * What a writer is killed by: the n-th line that it prints, the n-th request to the Bee node, head sent to the chain or
 * request to the chain, or time that has passed since its first line. A request then arrives unanswered, or does not
 * arrive.
 */
export const PLACES = ['line', 'bee', 'send', 'rpc', 'time'] as const

export interface Kill {
  readonly place: (typeof PLACES)[number]
  /** From 1 on; milliseconds where the place is time. */
  readonly at: number
  /** Whether the request at which it is killed arrives. */
  readonly arrives: boolean
}

/** So many lines and requests come in any undisturbed run; it takes about so many milliseconds. */
const IN_A_RUN: Readonly<Record<Kill['place'], number>> = { line: 36, bee: 22, send: 2, rpc: 20, time: 500 }

/** Everything about a seed follows from it: where the writer is killed, once to three times, and how it works. */
export interface Plan {
  readonly kills: readonly Kill[]
  readonly together: number
  readonly publishEvery: number
}

export function planOf(seed: number): Plan {
  const hash = createHash('sha256').update(`kills ${seed}`).digest()
  const first = killFrom(PLACES[seed % PLACES.length]!, hash.subarray(0, 5))
  const others = [8, 16].map(from => killFrom(PLACES[hash[from]! % PLACES.length]!, hash.subarray(from + 1)))
  // A second kill meets the recovery from the first.
  const more = hash[24]! < 64 ? 1 : hash[24]! < 80 ? 2 : 0
  return {
    kills: [first, ...others.slice(0, more)],
    together: 1 + (hash[25]! % 30),
    publishEvery: hash[26]! < 96 ? 130 : 20 + (hash[26]! % 60),
  }
}

function killFrom(place: Kill['place'], random: Uint8Array): Kill {
  const view = new DataView(random.buffer, random.byteOffset)
  return { place, at: 1 + (view.getUint32(0) % IN_A_RUN[place]), arrives: random[4]! % 3 !== 0 }
}
