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

/** In a run that goes on where another was killed there is less to do. */
const IN_A_LATER_RUN: typeof IN_A_RUN = { line: 10, bee: 6, send: 1, rpc: 6, time: 150 }

/** Everything about a seed follows from it: where the writer is killed, and how it works. */
export interface Plan {
  readonly kills: readonly Kill[]
  /** So many of the kills are carried out, from the first, where nobody wishes otherwise: one to three. */
  readonly usual: number
  readonly together: number
  readonly publishEvery: number
}

export function planOf(seed: number): Plan {
  const hash = createHash('sha256').update(`kills ${seed}`).digest()
  const place = (at: number) => PLACES[at % PLACES.length]!
  const first = killFrom(place(seed), hash.subarray(0, 5), IN_A_RUN)
  const others = [8, 16].map(from => killFrom(place(hash[from]!), hash.subarray(from + 1), IN_A_LATER_RUN))
  // A second kill meets the recovery from the first.
  const more = hash[24]! < 64 ? 1 : hash[24]! < 80 ? 2 : 0
  return {
    kills: [first, ...others],
    usual: 1 + more,
    together: 1 + (hash[25]! % 30),
    publishEvery: hash[26]! < 96 ? 130 : 20 + (hash[26]! % 60),
  }
}

function killFrom(place: Kill['place'], random: Uint8Array, inARun: typeof IN_A_RUN): Kill {
  const view = new DataView(random.buffer, random.byteOffset)
  return { place, at: 1 + (view.getUint32(0) % inARun[place]), arrives: random[4]! % 3 !== 0 }
}
