import type { Clock } from '../clock.ts'
import { type Batch, slotsPerBucket } from './postage-chain.ts'
import { bucketKey, bucketsPrefix, issuedKey } from './record-keys.ts'
import { BUCKET_DEPTH, bucketOf, type Stamp, stampIndex } from './stamp.ts'
import type { Store, Write } from './store.ts'
import { type SwarmChunk, stampIdentity } from './swarm-chunk.ts'

/** Gives out the slots of one batch as Bee does (`pkg/postage/stampissuer.go`). */
export class BatchIssuer {
  readonly #store: Store
  readonly #clock: Clock
  readonly #counts = new Uint32Array(2 ** BUCKET_DEPTH)
  readonly #batch: Buffer
  #highest = 0
  #lastTimestamp = 0n

  private constructor(store: Store, clock: Clock, batch: Buffer) {
    this.#store = store
    this.#clock = clock
    this.#batch = batch
  }

  static async open(store: Store, clock: Clock, batch: Buffer): Promise<BatchIssuer> {
    const issuer = new BatchIssuer(store, clock, batch)
    for await (const [key, value] of store.entries(bucketsPrefix(batch))) {
      const [count, highest] = [Buffer.from(value).readUInt32BE(0), Buffer.from(value).readUInt32BE(4)]
      issuer.#counts[key.readUInt16BE(key.length - 2)] = count
      issuer.#highest = Math.max(issuer.#highest, highest)
    }
    return issuer
  }

  /** The fullest that a bucket has ever been, in slots. */
  get utilization(): number {
    return this.#highest
  }

  /** Slots taken in each of the 65,536 buckets. */
  get buckets(): Readonly<Uint32Array> {
    return this.#counts
  }

  /**
   * A stamp for a chunk and the records that remember it. The same chunk gets its index again with a newer time.
   * Undefined where an immutable batch's bucket is full; in a mutable one the bucket starts again at slot 0.
   */
  issue(
    batch: Batch,
    chunk: Pick<SwarmChunk, 'address' | 'version' | 'bytes'>,
  ): { stamp: Stamp; writes: Write[] } | undefined {
    const issued = issuedKey(this.#batch, stampIdentity(chunk))
    const known = this.#store.get(issued)
    if (known) return { stamp: this.#stamp(Buffer.from(known)), writes: [] }

    const bucket = bucketOf(chunk.address)
    const slots = slotsPerBucket(batch)
    let slot = this.#counts[bucket]!
    if (slot >= slots) {
      if (batch.immutable) return undefined
      slot = 0
    }
    this.#counts[bucket] = slot + 1
    this.#highest = Math.max(this.#highest, slot + 1)
    const counts = Buffer.alloc(8)
    counts.writeUInt32BE(slot + 1, 0)
    counts.writeUInt32BE(this.#highest, 4)
    const index = stampIndex(bucket, slot)
    return {
      stamp: this.#stamp(index),
      writes: [
        { key: issued, value: index },
        { key: bucketKey(this.#batch, bucket), value: counts },
      ],
    }
  }

  #stamp(index: Buffer): Stamp {
    const now = BigInt(Math.floor(this.#clock.now())) * 1_000_000n
    this.#lastTimestamp = now > this.#lastTimestamp ? now : this.#lastTimestamp + 1n
    return { batch: this.#batch, index, timestamp: this.#lastTimestamp }
  }
}
