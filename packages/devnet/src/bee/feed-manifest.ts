import { makeChunk } from '@remote-log/core'
import { keccak } from './keccak.ts'
import { contentChunk, type SwarmChunk } from './swarm-chunk.ts'

/** keccak256('mantaray:0.2') without its last byte: what a node of a manifest begins with, under its key. */
export const MANTARAY_VERSION = keccak(Buffer.from('mantaray:0.2')).subarray(0, 31)

const KEY_BYTES = 32
const FORK_PREFIX_BYTES = 30
const TYPE_VALUE = 2
const TYPE_METADATA = 16

/**
 * The manifest that POST /feeds makes (mantaray 0.2): one fork `/` without content, whose metadata name the feed.
 * Bee obfuscates nodes with random keys; the key here is zero, as bee-js writes it. Children first.
 */
export function feedManifest(owner: string, topic: string): SwarmChunk[] {
  const metadata = { 'swarm-feed-owner': owner, 'swarm-feed-topic': topic, 'swarm-feed-type': 'Sequence' }
  const leaf = node(Buffer.alloc(32), [])
  const json = Buffer.from(JSON.stringify(metadata))
  const filled = Math.ceil((2 + json.length) / KEY_BYTES) * KEY_BYTES
  const block = Buffer.alloc(filled, '\n')
  block.writeUInt16BE(filled - 2, 0)
  json.copy(block, 2)
  const fork = Buffer.alloc(2 + FORK_PREFIX_BYTES)
  fork[0] = TYPE_VALUE | TYPE_METADATA
  fork[1] = 1
  fork.write('/', 2)
  return [leaf, node(Buffer.alloc(32), [Buffer.concat([fork, leaf.address, block])])]
}

/** Whether a chunk's payload is a node of a manifest. */
export function isManifest(payload: Uint8Array): boolean {
  if (payload.length < KEY_BYTES + MANTARAY_VERSION.length) return false
  return MANTARAY_VERSION.every((byte, i) => (payload[KEY_BYTES + i]! ^ payload[i]!) === byte)
}

/** key (32) ‖ version (31) ‖ size of references (1) ‖ entry (32) ‖ bitmap of first bytes (32) ‖ forks. */
function node(entry: Buffer, forks: readonly Buffer[]): SwarmChunk {
  const bitmap = Buffer.alloc(32)
  for (const fork of forks) bitmap[fork[2]! >> 3]! |= 1 << (fork[2]! & 7)
  const head = [Buffer.alloc(KEY_BYTES), MANTARAY_VERSION, Buffer.of(32), entry, bitmap]
  return contentChunk(makeChunk(Buffer.concat([...head, ...forks])).bytes)
}
