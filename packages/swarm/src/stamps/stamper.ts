import { type CallOptions, type ChunkRoom, parseHex, type Reference, throwIfAborted } from '@remote-log/core'
import { TIMESTAMPS_AHEAD_NS } from '../limits.ts'
import { BatchSlots } from './batch-slots.ts'
import { addressOf, BUCKETS, type StampSigner, signStamp } from './stamp.ts'
import { decodeStampRecord, encodeStampRecord, type StampStorage } from './stamp-storage.ts'

export interface StamperOptions {
  /** 64 hex digits. */
  readonly batch: string
  /** log2 of the chunks that the batch pays for, as the chain says it now; larger after a dilution. 17 to 40. */
  readonly depth: number
  /** Signs for the batch's owner. Stamps of anybody else are refused by the node. */
  readonly signer: StampSigner
  readonly storage: StampStorage
  /** Unix time in milliseconds. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/**
 * Stamps chunks for a postage batch with the owner's key, as Bee does it (`pkg/postage/stamper.go`): the same chunk keeps
 * its slot and gets a newer time. Before a stamp leaves, its slot is on disk, so that a crash may lose slots but never
 * gives one out twice; times rise strictly, also across restarts and where the clock jumps back.
 *
 * One batch, one stamper: a node, or a stamper with other storage, that stamps for the same batch displaces chunks.
 * What a node used before can be taken over by {@link passOver}.
 */
export class Stamper {
  readonly #batch: Uint8Array
  readonly #slots: BatchSlots
  readonly #signer: StampSigner
  readonly #storage: StampStorage
  readonly #now: () => number
  #records = 0
  /** Entries of the table that are on disk. */
  #kept = 0
  /** On disk: every stamp so far has an earlier time. */
  #before = 0n
  #last = 0n
  #writing: Promise<void> | undefined

  private constructor({ batch, depth, signer, storage, now = Date.now }: StamperOptions) {
    this.#batch = parseHex(batch, 32, 'the id of a postage batch')
    this.#slots = new BatchSlots(batch.replace(/^0x/i, '').toLowerCase(), depth)
    this.#signer = signer
    this.#storage = storage
    this.#now = now
  }

  /** Reads which slots are in use. @throws INVALID_ARGUMENT (batch id, depth), LOCAL_DAMAGED, UNAVAILABLE */
  static async open(options: StamperOptions): Promise<Stamper> {
    const stamper = new Stamper(options)
    for await (const bytes of options.storage.records()) stamper.#restore(bytes)
    stamper.#kept = stamper.#slots.table.size
    stamper.#last = stamper.#before
    return stamper
  }

  /** 64 hex digits. */
  get batch(): string {
    return this.#slots.batch
  }

  /** As it was said when this was opened. */
  get depth(): number {
    return this.#slots.depth
  }

  /** Where pages look for room before they are stamped. */
  get room(): ChunkRoom {
    return this.#slots
  }

  /** Slots that are not in use. */
  get free(): number {
    return this.#slots.free
  }

  /** Slots in use, from 0 to 1. */
  get fill(): number {
    return this.#slots.fill
  }

  /**
   * A stamp for a chunk: 113 bytes, valid once on its own.
   * @throws REFUSED (`batch-full`: its bucket is full), UNAVAILABLE (local disk), ABORTED, and what the signer throws
   */
  async stamp(reference: Reference, { signal }: CallOptions = {}): Promise<Uint8Array> {
    throwIfAborted(signal, 'stamp')
    const address = addressOf(reference)
    const entry = this.#slots.entryOf(address)
    while (entry >= this.#kept || this.#nextTime() >= this.#before) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined
      })
      await this.#writing
    }
    const timestamp = this.#nextTime()
    this.#last = timestamp
    return signStamp(
      { batch: this.#batch, address, slot: this.#slots.table.slot(entry), timestamp },
      this.#signer,
    )
  }

  /**
   * Takes over that others used so many slots of each of the 65,536 buckets: Bee gives them out from 0 on, and says how
   * many at `GET /stamps/{id}/buckets`. Chunks that are stamped here already keep theirs.
   * @throws RangeError for another number of buckets, UNAVAILABLE (local disk)
   */
  async passOver(used: Uint32Array): Promise<void> {
    if (used.length !== BUCKETS) throw new RangeError(`a batch has ${BUCKETS} buckets, not ${used.length}`)
    while (this.#writing) await this.#writing
    this.#writing = this.#put(encodeStampRecord({ kind: 'used', used })).finally(() => {
      this.#writing = undefined
    })
    for (const [bucket, count] of used.entries()) this.#slots.skip(bucket, count)
    await this.#writing
  }

  /** Lets another stamper have the storage, when what is under way has ended. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing.catch(() => undefined)
    await this.#storage.close()
  }

  #nextTime(): bigint {
    const now = BigInt(Math.floor(this.#now())) * 1_000_000n
    return now > this.#last ? now : this.#last + 1n
  }

  /** Everything that waits goes to disk in one record. */
  async #write(): Promise<void> {
    const { table } = this.#slots
    const to = table.size
    const slots = Array.from({ length: to - this.#kept }, (_, i) => ({
      address: table.address(this.#kept + i),
      slot: table.slot(this.#kept + i),
    }))
    const before = this.#nextTime() + TIMESTAMPS_AHEAD_NS
    await this.#put(encodeStampRecord({ kind: 'slots', before, slots }))
    this.#kept = to
    this.#before = before
  }

  async #put(record: Uint8Array): Promise<void> {
    await this.#storage.put(this.#records, record)
    this.#records++
  }

  #restore(bytes: Uint8Array): void {
    const record = decodeStampRecord(bytes, this.#records++)
    if (record.kind === 'used') {
      for (const [bucket, used] of record.used.entries()) this.#slots.skip(bucket, used)
      return
    }
    if (record.before > this.#before) this.#before = record.before
    for (const { address, slot } of record.slots) this.#slots.restore(address, slot)
  }
}
