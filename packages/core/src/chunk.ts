import type { Reference } from './reference.ts'

/**
 * A content-addressed Swarm chunk. `bytes` is what Bee's `/chunks` carries: the span (8 bytes, uint64 little
 * endian, the number of payload bytes in the subtree below) and then the chunk's own payload (1 to 4,096 bytes).
 */
export interface Chunk {
  readonly reference: Reference
  readonly bytes: Uint8Array
}
