import { ChangingChunk } from '../bmt/changing-chunk.ts'
import type { Chunk } from '../chunk.ts'
import { SALT_BYTES, SPAN_BYTES } from '../limits.ts'
import { SALT_BYTES_OFFSET } from '../page/format.ts'
import { referenceFromBytes } from '../reference.ts'
import type { ChunkRoom } from './chunk-room.ts'
import { saltBytes } from './salts.ts'

/** Salts that are tried at a stretch: some 10 ms. */
const SALTS_A_TURN = 1024

/**
 * A search for salts in steps: each yields how many were tried so far for one page, for others to have their turn. The
 * last one returns what was built.
 */
export type SaltSearch<T> = Generator<number, T, void>

/** Goes through a search without a break. */
export function whole<T>(search: SaltSearch<T>): T {
  for (;;) {
    const step = search.next()
    if (step.done) return step.value
  }
}

/**
 * Gives a page a salt with which it and all nodes above it find room together, and takes that room: of the first salts
 * ({@link ChunkRoom.choices}) the one with the least crowding, or else the first that finds room at all. Nodes come in
 * chains, children first: each holds the reference of the one before it, the first that of the page, so the addresses
 * of all of them change with the salt.
 * Nothing is taken before the last step; between steps room may go to others.
 * @param page the page's bytes, with any salt
 * @throws REFUSED where no salt makes room
 */
export function* saltPage(
  page: Uint8Array,
  chains: readonly (readonly ChangingChunk[])[],
  room: ChunkRoom,
): SaltSearch<{ readonly salt: number; readonly chunk: Chunk }> {
  const bytes = new Uint8Array(SPAN_BYTES + page.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(page.length), true)
  bytes.set(page, SPAN_BYTES)
  const changing = new ChangingChunk(bytes, SALT_BYTES_OFFSET, SALT_BYTES)
  let best: { readonly salt: number; readonly crowding: number } | undefined
  for (let first = 0; first < room.maxSalts && !(best && first >= room.choices); first += 2) {
    if (first > 0 && first % SALTS_A_TURN === 0) {
      yield first
      if (best) best = lasting(best.salt, climb(changing.with(saltBytes(best.salt)), chains, room))
    }
    const addresses = changing.either(saltBytes(first), saltBytes(first + 1))
    for (const [i, address] of addresses.entries()) {
      const salt = first + i
      if (salt === room.maxSalts || (best && salt >= room.choices)) break
      const crowding = climb(address, chains, room)
      if (crowding < (best?.crowding ?? Number.POSITIVE_INFINITY)) best = { salt, crowding }
    }
  }
  if (!best) throw room.full(1 + chains.reduce((sum, chain) => sum + chain.length, 0))
  const address = changing.with(saltBytes(best.salt))
  room.take([address, ...chains.flatMap(chain => addressesAbove(address, chain))])
  return { salt: best.salt, chunk: { reference: referenceFromBytes(address), bytes } }
}

/** A salt that still finds room. */
function lasting(
  salt: number,
  crowding: number,
): { readonly salt: number; readonly crowding: number } | undefined {
  return crowding === Number.POSITIVE_INFINITY ? undefined : { salt, crowding }
}

/** The crowding for a page with this address and all nodes above it; Infinity as soon as one finds no room. */
function climb(page: Uint8Array, chains: readonly (readonly ChangingChunk[])[], room: ChunkRoom): number {
  const addresses = [page]
  let crowding = room.crowding(addresses)
  for (const chain of chains) {
    let below = page
    for (const node of chain) {
      if (crowding === Number.POSITIVE_INFINITY) return crowding
      below = node.with(below)
      addresses.push(below)
      crowding = room.crowding(addresses)
    }
  }
  return crowding
}

function addressesAbove(page: Uint8Array, chain: readonly ChangingChunk[]): Uint8Array[] {
  let below = page
  return chain.map(node => {
    below = node.with(below)
    return below
  })
}
