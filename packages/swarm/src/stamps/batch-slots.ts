import { type ChunkRoom, InvalidArgumentError, type RefusedError } from '@remote-log/core'
import { refused } from '../answer-error.ts'
import { MAX_BATCH_DEPTH, MAX_SALTS, SALT_CHOICES } from '../limits.ts'
import { MINIMUM_DEPTH } from '../postage/quote.ts'
import { SlotTable } from './slot-table.ts'
import { BUCKETS, bucketOf } from './stamp.ts'

/**
 * The slots of a postage batch, given out one after the other in each bucket. A chunk that comes again keeps its slot.
 * No slot is given out twice: a full bucket stays full, of mutable batches too, where Bee would begin anew and let
 * older chunks go.
 */
export class BatchSlots implements ChunkRoom {
  readonly maxSalts = MAX_SALTS
  readonly choices: number
  /** 64 hex digits. */
  readonly batch: string
  readonly depth: number
  /** Slots in each bucket. */
  readonly perBucket: number
  readonly table = new SlotTable()
  readonly #used = new Uint32Array(BUCKETS)
  #total = 0

  /**
   * @param choices 1 where nothing is known of single chunks: those of an upload that goes on would be crowded by
   * themselves and go elsewhere
   * @throws INVALID_ARGUMENT unless the depth is 17 to 40
   */
  constructor(batch: string, depth: number, choices = SALT_CHOICES) {
    if (!Number.isInteger(depth) || depth < MINIMUM_DEPTH || depth > MAX_BATCH_DEPTH) {
      const what = `the depth of a postage batch is ${MINIMUM_DEPTH} to ${MAX_BATCH_DEPTH}, not ${depth}`
      throw new InvalidArgumentError(what, { batch, depth })
    }
    this.batch = batch
    this.choices = choices
    this.depth = depth
    this.perBucket = 2 ** depth / BUCKETS
  }

  /** Slots that are taken, from 0 to 1. */
  get fill(): number {
    return this.#total / (BUCKETS * this.perBucket)
  }

  /** Slots that are not taken. */
  get free(): number {
    return BUCKETS * this.perBucket - this.#total
  }

  /** Slots that are taken in this bucket. */
  used(bucket: number): number {
    return this.#used[bucket]!
  }

  /** The sum of the slots in use beneath each chunk; -1 for one that has its own. */
  crowding(addresses: readonly Uint8Array[]): number {
    let crowding = 0
    for (const [i, address] of addresses.entries()) {
      const bucket = bucketOf(address)
      // Chunks that are to be stored together differ, so each in the same bucket needs a slot of its own.
      let slot = this.#used[bucket]!
      for (let j = 0; j < i; j++) {
        if (bucketOf(addresses[j]!) === bucket && this.table.find(addresses[j]!) === undefined) slot++
      }
      if (slot > 0 && this.table.find(address) !== undefined) crowding--
      else if (slot >= this.perBucket) return Number.POSITIVE_INFINITY
      else crowding += slot
    }
    return crowding
  }

  take(addresses: readonly Uint8Array[]): void {
    for (const address of addresses) this.entryOf(address)
  }

  full(chunks: number): RefusedError {
    const what =
      chunks === 1
        ? `none of ${MAX_SALTS} salts leads to a bucket of postage batch ${this.batch} with room`
        : `none of ${MAX_SALTS} salts makes room in postage batch ${this.batch} for ${chunks} chunks together`
    return this.#refused(what, { chunks })
  }

  /** The entry of a chunk in the table; a new one with the next free slot. @throws REFUSED where its bucket is full */
  entryOf(address: Uint8Array): number {
    const found = this.table.find(address)
    if (found !== undefined) return found
    const bucket = bucketOf(address)
    const slot = this.#used[bucket]!
    if (slot >= this.perBucket) {
      const what = `bucket ${bucket} of postage batch ${this.batch} has all of its ${this.perBucket} slots in use`
      throw this.#refused(what, { bucket })
    }
    return this.restore(address, slot)
  }

  /** Takes over that a chunk has a slot. */
  restore(address: Uint8Array, slot: number): number {
    this.skip(bucketOf(address), slot + 1)
    return this.table.add(address, slot)
  }

  /** At least so many slots of this bucket are taken, by whomever. */
  skip(bucket: number, used: number): void {
    const more = Math.min(used, this.perBucket) - this.#used[bucket]!
    if (more <= 0) return
    this.#used[bucket]! += more
    this.#total += more
  }

  #refused(what: string, details: Readonly<Record<string, number>>): RefusedError {
    const { batch, depth, fill } = this
    const percent = (100 * fill).toFixed(1)
    return refused('batch-full', `${what}; ${percent} % of the batch is in use`, {
      ...details,
      batch,
      depth,
      fill,
    })
  }
}
