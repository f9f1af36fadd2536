import { CHUNK_BYTES, SPAN_BYTES } from '@remote-log/core'
import { keccak } from './keccak.ts'
import { signDigest } from './signing.ts'
import { REPLICA_OWNER, type SwarmChunk, singleOwnerAddress } from './swarm-chunk.ts'
import type { Level } from './tree-shape.ts'

/** Known to everybody: 0x01 00 …. */
const REPLICA_KEY = Buffer.concat([Buffer.of(1), Buffer.alloc(31)])

/**
 * Single-owner chunks that wrap a file's root chunk, 2^level of them: their addresses begin with all numbers of `level`
 * bits, so that they live far from each other (Bee: `pkg/replicas`).
 */
export function rootReplicas(root: SwarmChunk, level: Level): SwarmChunk[] {
  const wrapped = Buffer.alloc(SPAN_BYTES + CHUNK_BYTES)
  wrapped.set(root.bytes)
  return replicaIds(root.address, level).map(({ id, address }) => {
    const signature = signDigest(REPLICA_KEY, keccak(id, root.address))
    return { address, bytes: Buffer.concat([id, signature, wrapped]), version: root.address }
  })
}

/** Where replicas of a root are, by the level of its upload. */
export function replicaIds(root: Buffer, level: Level): { id: Buffer; address: Buffer }[] {
  const found = new Map<number, { id: Buffer; address: Buffer }>()
  for (let nonce = 0; level > 0 && found.size < 2 ** level && nonce < 255; nonce++) {
    const id = Buffer.concat([Buffer.of(nonce), root.subarray(1)])
    const address = singleOwnerAddress(id, REPLICA_OWNER)
    const prefix = address[0]! >> (8 - level)
    if (!found.has(prefix)) found.set(prefix, { id, address })
  }
  return [...found.values()]
}
