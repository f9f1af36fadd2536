import { ChangingChunk } from '../bmt/changing-chunk.ts'
import type { Chunk } from '../chunk.ts'
import { SALT_BYTES, SPAN_BYTES } from '../limits.ts'
import { SALT_BYTES_OFFSET } from '../page/format.ts'
import { referenceFromBytes } from '../reference.ts'
import type { ChunkRoom } from './chunk-room.ts'
import { saltBytes } from './salts.ts'

/**
 * Gives a page the first salt with which it and all nodes above it find room together, and takes that room. Nodes
 * come in chains, children first: each holds the reference of the one before it, the first that of the page, so the
 * addresses of all of them change with the salt.
 * @param page the page's bytes, with any salt
 * @throws REFUSED where no salt makes room
 */
export function saltPage(
  page: Uint8Array,
  chains: readonly (readonly ChangingChunk[])[],
  room: ChunkRoom,
): { readonly salt: number; readonly chunk: Chunk } {
  const bytes = new Uint8Array(SPAN_BYTES + page.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(page.length), true)
  bytes.set(page, SPAN_BYTES)
  const changing = new ChangingChunk(bytes, SALT_BYTES_OFFSET, SALT_BYTES)
  for (let salt = 0; salt < room.maxSalts; salt++) {
    const address = changing.with(saltBytes(salt))
    const addresses = [address]
    if (!room.fits(addresses) || !chains.every(chain => climb(chain, addresses, room))) continue
    room.take(addresses)
    return { salt, chunk: { reference: referenceFromBytes(address), bytes } }
  }
  throw room.full(1 + chains.reduce((sum, chain) => sum + chain.length, 0))
}

/** Adds the addresses of a chain to those below while they find room. */
function climb(chain: readonly ChangingChunk[], addresses: Uint8Array[], room: ChunkRoom): boolean {
  let below = addresses[0]!
  for (const node of chain) {
    below = node.with(below)
    addresses.push(below)
    if (!room.fits(addresses)) return false
  }
  return true
}
