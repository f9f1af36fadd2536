import type { Clock } from '../clock.ts'
import { fromRecord, toRecord } from './json-record.ts'
import { keccak } from './keccak.ts'
import { batchesPrefix, batchKey, metaKey } from './record-keys.ts'
import { BUCKET_DEPTH } from './stamp.ts'
import type { Store, Write } from './store.ts'

/** A postage batch as the chain knows it. Amounts are PLUR per chunk. */
export interface Batch {
  readonly id: Buffer
  /** 20 bytes. */
  readonly owner: Buffer
  readonly depth: number
  readonly immutable: boolean
  /** Block in which it was made. */
  readonly start: number
  /** It expires when the chain's total amount reaches this. */
  readonly value: bigint
  /** What was paid for it in all, without the effect of dilution. */
  readonly amount: bigint
}

/** What a contract tells of a batch. */
export type BatchEvent = { readonly id: Buffer } & (
  | ({ readonly kind: 'created' } & Pick<Batch, 'owner' | 'depth' | 'immutable' | 'amount'>)
  /** PLUR in all. */
  | { readonly kind: 'topped up'; readonly total: bigint }
  | { readonly kind: 'diluted'; readonly depth: number }
)

/** What a contract tells of its price: PLUR per chunk and block from now on. */
export interface PriceEvent {
  readonly kind: 'priced'
  readonly price: bigint
}

const FOLLOWED = 'followed to'
const TARIFF = 'tariff'

/** What a chunk costs from a block on, and what it had cost until then, in PLUR. */
interface Tariff {
  readonly price: bigint
  readonly block: number
  readonly before: bigint
}

interface BatchRecord extends Omit<Batch, 'id' | 'owner' | 'value' | 'amount'> {
  readonly owner: string
  readonly value: string
  readonly amount: string
}

/** PLUR per chunk and block, as on the chain of the recordings. */
export const PRICE = 24_000n
/** A batch must be paid for at least so many blocks (one day of 5-second blocks). */
export const MINIMUM_VALIDITY_BLOCKS = 17_280
/** A batch can be used when it is so many blocks old. */
export const USABLE_AFTER_BLOCKS = 10

/**
 * The postage side of the blockchain, simulated: blocks pass with the clock, and batches are bought, topped up, diluted
 * and expire by Bee's arithmetic (`pkg/postage`). The price is constant until a contract that is followed changes it.
 */
export class PostageChain {
  readonly #store: Store
  readonly #clock: Clock
  readonly #genesis: number
  readonly #batches = new Map<string, Batch>()
  readonly #owners: ((batch: Batch) => Promise<void>)[] = []
  readonly blockTimeMs: number
  #tariff: Tariff = { price: PRICE, block: 0, before: 0n }

  private constructor(store: Store, clock: Clock, genesis: number, blockTimeMs: number) {
    this.#store = store
    this.#clock = clock
    this.#genesis = genesis
    this.blockTimeMs = blockTimeMs
  }

  /** @param blockTimeMs milliseconds between blocks of a new chain; one that is in the store keeps its own */
  static async open(store: Store, clock: Clock, blockTimeMs: number): Promise<PostageChain> {
    const saved = store.get(metaKey('chain'))
    // The chain starts with batches usable: at the block where one of block 0 is old enough.
    const fresh = { genesis: clock.now() - USABLE_AFTER_BLOCKS * blockTimeMs, blockTimeMs }
    const { genesis, blockTimeMs: time } = saved ? fromRecord<typeof fresh>(saved) : fresh
    if (!saved) await store.write([{ key: metaKey('chain'), value: toRecord(fresh) }])
    const chain = new PostageChain(store, clock, genesis, time)
    const tariff = store.get(metaKey(TARIFF))
    if (tariff) {
      const { price, block, before } = fromRecord<{ price: string; block: number; before: string }>(tariff)
      chain.#tariff = { price: BigInt(price), block, before: BigInt(before) }
    }
    for await (const [key, value] of store.entries(batchesPrefix())) {
      const record = fromRecord<BatchRecord>(value)
      const id = Buffer.from(key.subarray(1))
      chain.#batches.set(id.toString('hex'), {
        ...record,
        id,
        owner: Buffer.from(record.owner, 'hex'),
        value: BigInt(record.value),
        amount: BigInt(record.amount),
      })
    }
    return chain
  }

  block(): number {
    return Math.max(0, Math.floor((this.#clock.now() - this.#genesis) / this.blockTimeMs))
  }

  /** What one chunk has cost since block 0, in PLUR. */
  totalAmount(): bigint {
    const { price, block, before } = this.#tariff
    return before + price * BigInt(Math.max(0, this.block() - block))
  }

  /** PLUR per chunk and block. */
  get price(): bigint {
    return this.#tariff.price
  }

  /** The batch with this id, unless there is none or it has expired. */
  batch(id: Uint8Array): Batch | undefined {
    const batch = this.#batches.get(Buffer.from(id).toString('hex'))
    return batch && batch.value > this.totalAmount() ? batch : undefined
  }

  /** All batches that have not expired, by id. */
  batches(): Batch[] {
    const total = this.totalAmount()
    return [...this.#batches.values()]
      .filter(batch => batch.value > total)
      .sort((a, b) => Buffer.compare(a.id, b.id))
  }

  usable(batch: Batch): boolean {
    return this.block() - batch.start >= USABLE_AFTER_BLOCKS
  }

  /** Seconds until the batch expires; -1 where storage costs nothing. */
  secondsLeft(batch: Batch): number {
    if (this.price === 0n) return -1
    const blocks = (batch.value - this.totalAmount()) / this.price
    return Math.floor((Number(blocks) * this.blockTimeMs) / 1000)
  }

  /** Makes a batch in the current block; `start` puts it into an earlier one, so that it can be used at once. */
  async create(
    wish: Pick<Batch, 'owner' | 'depth' | 'immutable' | 'amount'> & { start?: number },
  ): Promise<Batch> {
    const nonce = Buffer.from(`batch ${this.#batches.size}`)
    const batch = {
      start: this.block(),
      ...wish,
      id: keccak(wish.owner, nonce),
      value: this.totalAmount() + wish.amount,
    }
    await this.#save(batch)
    return batch
  }

  /** The block of the chain of contracts from which on its events were not seen yet. */
  get followedTo(): number {
    const saved = this.#store.get(metaKey(FOLLOWED))
    return saved ? fromRecord<number>(saved) : 0
  }

  /**
   * Takes over what happened to batches on a chain of contracts, all of it or nothing. Money and depth are the
   * contract's; time is this chain's own, for the other one stands still between transactions.
   */
  async follow(events: readonly (BatchEvent | PriceEvent)[], to: number): Promise<void> {
    const changed = new Map<string, Batch>()
    const created: Batch[] = []
    let tariff = this.#tariff
    for (const event of events) {
      if (event.kind === 'priced') {
        tariff = { price: event.price, block: this.block(), before: this.totalAmount() }
        continue
      }
      const key = event.id.toString('hex')
      const known = changed.get(key) ?? this.#batches.get(key)
      const after = known ? this.#changed(known, event) : this.#created(event)
      if (after) changed.set(key, after)
      if (after && !known) created.push(after)
    }
    const { price, block, before } = tariff
    await this.#store.write([
      ...[...changed.values()].map(recordOf),
      { key: metaKey(TARIFF), value: toRecord({ price: `${price}`, block, before: `${before}` }) },
      { key: metaKey(FOLLOWED), value: toRecord(to) },
    ])
    this.#tariff = tariff
    for (const [key, batch] of changed) this.#batches.set(key, batch)
    for (const { id } of created) {
      const batch = this.#batches.get(id.toString('hex'))!
      for (const own of this.#owners) await own(batch)
    }
  }

  /** Tells of each batch that a contract makes. */
  onCreated(own: (batch: Batch) => Promise<void>): void {
    this.#owners.push(own)
  }

  #created(event: BatchEvent): Batch | undefined {
    if (event.kind !== 'created') return undefined
    const { id, owner, depth, immutable, amount } = event
    return { id, owner, depth, immutable, amount, start: this.block(), value: this.totalAmount() + amount }
  }

  #changed(batch: Batch, event: BatchEvent): Batch | undefined {
    if (event.kind === 'created') return undefined
    if (event.kind === 'topped up') {
      const amount = event.total >> BigInt(batch.depth)
      return { ...batch, value: batch.value + amount, amount: batch.amount + amount }
    }
    const value = this.totalAmount() + this.leftAfterDilution(batch, event.depth)
    return { ...batch, depth: event.depth, value }
  }

  async topUp(batch: Batch, amount: bigint): Promise<void> {
    await this.#save({ ...batch, value: batch.value + amount, amount: batch.amount + amount })
  }

  /** What is left per chunk after a dilution to `depth`: the same money for more chunks. */
  leftAfterDilution(batch: Batch, depth: number): bigint {
    return (batch.value - this.totalAmount()) >> BigInt(depth - batch.depth)
  }

  async dilute(batch: Batch, depth: number): Promise<void> {
    await this.#save({ ...batch, depth, value: this.totalAmount() + this.leftAfterDilution(batch, depth) })
  }

  async #save(batch: Batch): Promise<void> {
    this.#batches.set(batch.id.toString('hex'), batch)
    await this.#store.write([recordOf(batch)])
  }
}

function recordOf({ id, owner, ...rest }: Batch): Write {
  return { key: batchKey(id), value: toRecord({ ...rest, owner: owner.toString('hex') }) }
}

/** Slots in each bucket of a batch. */
export function slotsPerBucket(batch: Pick<Batch, 'depth'>): number {
  return 2 ** (batch.depth - BUCKET_DEPTH)
}
