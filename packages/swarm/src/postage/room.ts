import type { Reference } from '@remote-log/core'

/** The fill of a batch's buckets (`GET /stamps/{id}/buckets`). */
export interface BatchBuckets {
  /** Slots of each bucket. */
  readonly slots: number
  /** Slots taken, by bucket: 65,536 of them. */
  readonly taken: Uint32Array
}

/**
 * The chunks that find no room, in the order given: exact for new chunks with these addresses. Chunks that the batch
 * has stamped before take no slot again, which the buckets don't tell; so "all fit" is certain, and "does not fit" is
 * for new chunks.
 */
export function withoutRoom(buckets: BatchBuckets, addresses: Iterable<Reference>): Reference[] {
  const taken = buckets.taken.slice()
  const seen = new Set<Reference>()
  const left: Reference[] = []
  for (const address of addresses) {
    if (seen.has(address)) continue
    seen.add(address)
    const bucket = Number.parseInt(address.slice(0, 4), 16)
    if (taken[bucket]! >= buckets.slots) left.push(address)
    else taken[bucket]!++
  }
  return left
}
