import {
  type CallOptions,
  InvalidArgumentError,
  NotFoundError,
  parseHex,
  UnavailableError,
} from '@remote-log/core'
import { pause } from '../abort-signals.ts'
import { refused } from '../answer-error.ts'
import { BeeConnection } from '../bee-connection.ts'
import { BeeNode } from '../bee-node.ts'
import { RETRY_MS, TIMEOUT_MS } from '../limits.ts'
import { demandUsable } from './batch-state.ts'
import { type BlockTime, blockTimeOf } from './block-time.ts'
import { type BatchCapacity, capacityOf, depthFor } from './capacity.ts'
import { type BatchChoice, type BatchNeed, chooseBatch, roomIn } from './choose.ts'
import { type BatchOrder, boughtBy, type TopUpOrder, uniqueLabel } from './orders.ts'
import { payOnce } from './payment.ts'
import { listOwnBatches, readBuckets, readChainBatch, readChainState } from './postage-node.ts'
import { demandDepth, type PostageQuote, quoteBatch, quoteTopUp } from './quote.ts'
import type { BatchBuckets } from './room.ts'
import type { OwnBatch } from './stamp-record.ts'

export interface BeePostageOptions {
  /** Base URL of a Bee node. User and password in it are sent as HTTP authorization, and never printed. */
  readonly url: string
  /** Milliseconds a block. Default: measured by a batch's time left; where there is none, 5,000 (Gnosis). */
  readonly blockTimeMs?: number | undefined
  /** Silence after which a question is given up, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined
  /** The same of an operation, which the node answers when two transactions are mined. Default 300,000. */
  readonly payTimeoutMs?: number | undefined
  /** How long the effect of an operation is waited for, in milliseconds. Default 120,000. */
  readonly patienceMs?: number | undefined
  /** Pause between two looks, in milliseconds. Default 500. */
  readonly pollMs?: number | undefined
  /** Unix time in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  readonly fetch?: typeof fetch | undefined
}

/** A batch of the node with what it holds and when it ends. */
export interface OwnBatchStatus extends OwnBatch, BatchCapacity {
  /** What still finds room, in bytes, before some bucket is likely to be full. */
  readonly roomBytes: number
  /** Unix time in milliseconds; undefined where storage costs nothing. At today's price. */
  readonly expires: number | undefined
}

/** When a batch, anybody's, runs out. */
export interface BatchExpiry {
  readonly batch: string
  readonly depth: number
  readonly seconds: number | undefined
  /** Unix time in milliseconds at today's price; undefined where storage costs nothing. */
  readonly expires: number | undefined
  /** How that was found: what the node says of its own batch, or of any batch of the chain, which is the chain's word. */
  readonly from: 'GET /stamps' | 'GET /batches/{id}'
}

/** What a new batch is to be: a depth, or bytes that find room in its effective capacity. */
export type BatchWish = { readonly days: number } & ({ readonly depth: number } | { readonly bytes: number })

export interface NewBatchQuote extends PostageQuote, BatchCapacity {
  readonly blockTimeFrom: BlockTime['from']
}

const USABLE_AFTER_BLOCKS = 10
const PAY_TIMEOUT_MS = 300_000
const PATIENCE_MS = 120_000
const POLL_MS = 500

/**
 * Postage through a Bee node, which pays with its own wallet (Bee 2.4 to 2.8, `pkg/api/postage.go`). What costs money
 * is ordered first and done then: with the same order again it is looked for, so nothing is paid twice.
 */
export class BeePostage {
  readonly #node: BeeNode
  readonly #paying: BeeConnection
  readonly #options: BeePostageOptions
  readonly #now: () => number
  readonly #pollMs: number

  /** @throws INVALID_ARGUMENT (a URL of the wrong form) */
  constructor(options: BeePostageOptions) {
    const { url, fetch, timeoutMs = TIMEOUT_MS, payTimeoutMs = PAY_TIMEOUT_MS } = options
    this.#node = new BeeNode({ url, fetch, timeoutMs, maxInFlight: 4, retryMs: RETRY_MS })
    this.#paying = new BeeConnection({ url, fetch, timeoutMs: payTimeoutMs })
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#pollMs = options.pollMs ?? POLL_MS
  }

  /** The costs of a new batch. @throws INVALID_ARGUMENT, UNAVAILABLE, ABORTED */
  async quote(wish: BatchWish, { signal }: CallOptions = {}): Promise<NewBatchQuote> {
    const depth = 'depth' in wish ? wish.depth : await depthFor(wish.bytes)
    demandDepth(depth)
    const { price, from } = await this.#price(signal)
    const capacity = await capacityOf(depth)
    return { ...quoteBatch(price, { depth, days: wish.days }, this.#now()), ...capacity, blockTimeFrom: from }
  }

  /** The costs of a batch's lasting `days` days longer. @throws NOT_FOUND, INVALID_ARGUMENT, UNAVAILABLE, ABORTED */
  async quoteTopUp(batch: string, days: number, { signal }: CallOptions = {}): Promise<PostageQuote> {
    const [{ price }, { depth, seconds = 0 }] = await Promise.all([
      this.#price(signal),
      this.expiry(batch, { signal }),
    ])
    return quoteTopUp(price, { depth, days }, this.#now(), seconds)
  }

  /** An order for a batch as quoted, to be kept until it is bought. @throws UNAVAILABLE, ABORTED */
  async order(
    { amountPlur, depth }: Pick<PostageQuote, 'amountPlur' | 'depth'>,
    options: CallOptions & {
      /** Default true: a mutable batch drops its oldest chunks when a bucket is full. */
      readonly immutable?: boolean | undefined
      /** Unique to this purchase. Default: made. */
      readonly label?: string | undefined
    } = {},
  ): Promise<BatchOrder> {
    const { immutable = true, label = uniqueLabel('remote-log'), signal } = options
    const { block } = await readChainState(this.#node, signal)
    return { label, amountPlur: `${amountPlur}`, depth, immutable, sinceBlock: block }
  }

  /**
   * Buys what was ordered, unless it has been bought: then that batch is the answer. It is usable ten blocks later.
   * @throws REFUSED (`out-of-funds`, `too-short`: nothing was paid), UNAVAILABLE (where `details.sent`, call again
   * with the same order), ABORTED, INVALID_ARGUMENT (another batch has the label)
   */
  async buy(order: BatchOrder, { signal }: CallOptions = {}): Promise<OwnBatch> {
    const { amountPlur, depth, immutable, label } = order
    const batch = await this.#pay('purchase', signal, {
      request: {
        method: 'POST',
        route: '/stamps/{amount}/{depth}',
        parameter: `${amountPlur}/${depth}`,
        query: { label },
        headers: { immutable: `${immutable}` },
      },
      find: async stop => boughtBy(order, await listOwnBatches(this.#node, stop)),
    })
    if (batch.immutable === immutable && batch.blockNumber >= order.sinceBlock) return batch
    throw new InvalidArgumentError(
      `postage batch ${batch.id} has the label ${label} and is not what was ordered`,
      { batch: batch.id, label },
    )
  }

  /** An order to let a batch, anybody's, last longer. @throws NOT_FOUND, UNAVAILABLE, ABORTED */
  async orderTopUp(
    batch: string,
    { amountPlur }: Pick<PostageQuote, 'amountPlur'>,
    { signal }: CallOptions = {},
  ): Promise<TopUpOrder> {
    const id = batchId(batch)
    const own = await this.#own(id, signal)
    const before = own?.amountPlur ?? (await readChainBatch(this.#node, id, signal)).valuePlur
    return {
      batch: id,
      amountPlur: `${amountPlur}`,
      measure: own ? 'amount' : 'value',
      beforePlur: `${before}`,
    }
  }

  /** Tops up as ordered, unless that has happened. @throws NOT_FOUND, REFUSED (`out-of-funds`), UNAVAILABLE, ABORTED */
  async topUp(order: TopUpOrder, { signal }: CallOptions = {}): Promise<BatchExpiry> {
    const { batch, amountPlur, beforePlur, measure } = order
    const after = BigInt(beforePlur) + BigInt(amountPlur)
    await this.#pay('top-up', signal, {
      request: {
        method: 'PATCH',
        route: '/stamps/topup/{batch}/{amount}',
        parameter: `${batch}/${amountPlur}`,
      },
      find: async stop => {
        const now =
          measure === 'amount'
            ? (await this.#demandOwn(batch, stop)).amountPlur
            : (await readChainBatch(this.#node, batch, stop)).valuePlur
        return now >= after || undefined
      },
    })
    return await this.expiry(batch, { signal })
  }

  /**
   * Gives a batch of the node room for more chunks: the same money for 2^(depth − old depth) times as many, so that its
   * time is divided by that. Costs gas alone. One that has this depth already stays as it is.
   * @throws NOT_FOUND, REFUSED (`dilution`: less than a day would be left), UNAVAILABLE, ABORTED, INVALID_ARGUMENT
   */
  async dilute(batch: string, depth: number, { signal }: CallOptions = {}): Promise<OwnBatch> {
    demandDepth(depth)
    const id = batchId(batch)
    const before = await this.#demandOwn(id, signal)
    if (before.depth > depth) {
      const what = `postage batch ${id} has depth ${before.depth} already`
      throw refused('dilution', what, { batch: id, depth })
    }
    await this.#demandTimeAfter(before, depth, signal)
    const diluted = async (stop: AbortSignal | undefined) => {
      const own = await this.#demandOwn(id, stop)
      return own.depth >= depth ? own : undefined
    }
    const request = {
      method: 'PATCH',
      route: '/stamps/dilute/{batch}/{depth}',
      parameter: `${id}/${depth}`,
    } as const
    return this.#pay('dilution', signal, { request, find: diluted })
  }

  /** The node's batches that have not run out. @throws UNAVAILABLE, REFUSED, ABORTED */
  async list({ signal }: CallOptions = {}): Promise<readonly OwnBatchStatus[]> {
    const batches = await listOwnBatches(this.#node, signal)
    return Promise.all(batches.map(async batch => this.#status(batch, await capacityOf(batch.depth))))
  }

  /** The batch of the node to write with, and why not the others: see {@link chooseBatch}. */
  async choose(need: BatchNeed, options: CallOptions = {}): Promise<BatchChoice<OwnBatchStatus>> {
    return chooseBatch(await this.list(options), need)
  }

  /**
   * Waits until a bought batch can be used.
   * @param options `onProgress`: blocks that have passed, of ten
   * @throws NOT_FOUND, UNAVAILABLE, ABORTED
   */
  async waitUsable(
    batch: string,
    options: CallOptions & { readonly onProgress?: (blocks: number, of: number) => void } = {},
  ): Promise<OwnBatch> {
    const { signal, onProgress } = options
    for (;;) {
      const [own, { block }] = await Promise.all([
        this.#demandOwn(batchId(batch), signal),
        readChainState(this.#node, signal),
      ])
      if (own.usable) return own
      onProgress?.(Math.min(Math.max(0, block - own.blockNumber), USABLE_AFTER_BLOCKS), USABLE_AFTER_BLOCKS)
      await pause(this.#pollMs, signal, 'waiting for a batch')
    }
  }

  /** When a batch, anybody's, runs out. @throws NOT_FOUND (it did, or never was), UNAVAILABLE, ABORTED */
  async expiry(batch: string, { signal }: CallOptions = {}): Promise<BatchExpiry> {
    const id = batchId(batch)
    const own = await this.#own(id, signal).catch(() => undefined)
    const { depth, ttlSeconds } = own ?? (await readChainBatch(this.#node, id, signal))
    const seconds = ttlSeconds === -1 ? undefined : ttlSeconds
    const expires = seconds === undefined ? undefined : this.#now() + seconds * 1000
    return { batch: id, depth, seconds, expires, from: own ? 'GET /stamps' : 'GET /batches/{id}' }
  }

  /** The fill of a batch's buckets, for {@link withoutRoom}. @throws REFUSED, UNAVAILABLE, ABORTED */
  buckets(batch: string, { signal }: CallOptions = {}): Promise<BatchBuckets> {
    return readBuckets(this.#node, batchId(batch), signal)
  }

  /**
   * Refuses a batch that should not be written with.
   * @param need `seconds`: that it must last, default 3,600; `chunks`: that must find room, 0
   * @throws REFUSED (`details.reason`), NOT_FOUND, UNAVAILABLE, ABORTED
   */
  async check(
    batch: string,
    need: { readonly seconds?: number; readonly chunks?: number } = {},
    { signal }: CallOptions = {},
  ): Promise<OwnBatchStatus> {
    const own = await this.#demandOwn(batchId(batch), signal)
    demandUsable(own, { url: this.#node.connection.shownUrl, route: '/stamps' }, need.seconds)
    const status = this.#status(own, await capacityOf(own.depth))
    const free = 2 ** own.depth - own.utilization
    if ((need.chunks ?? 0) <= free) return status
    throw refused('batch-too-small', `postage batch ${own.id} has room for ${free} chunks at most`, {
      batch: own.id,
      chunks: need.chunks ?? 0,
    })
  }

  /** In the chain's own units; Bee before 2.8.1, which does not tell the value, refuses by itself. */
  async #demandTimeAfter(before: OwnBatch, depth: number, signal: AbortSignal | undefined): Promise<void> {
    if (depth === before.depth) return
    const state = await readChainState(this.#node, signal)
    const chain = await readChainBatch(this.#node, before.id, signal).catch(error => {
      if (error instanceof UnavailableError) return undefined
      throw error
    })
    if (!chain) return
    const left = (chain.valuePlur - state.totalPlur) >> BigInt(depth - before.depth)
    if (left >= state.pricePlur * BigInt(state.minimumValidityBlocks)) return
    const blocks = Number(left / state.pricePlur)
    const what = `postage batch ${before.id} would last ${blocks} blocks at depth ${depth}, not ${state.minimumValidityBlocks}`
    throw refused('dilution', what, { batch: before.id, depth })
  }

  #status(batch: OwnBatch, capacity: BatchCapacity): OwnBatchStatus {
    const expires = batch.ttlSeconds === -1 ? undefined : this.#now() + batch.ttlSeconds * 1000
    return { ...batch, ...capacity, roomBytes: roomIn(batch, capacity.effectiveBytes), expires }
  }

  async #price(signal: AbortSignal | undefined) {
    const state = await readChainState(this.#node, signal)
    const { ms, from } = await blockTimeOf(this.#node, state, this.#options.blockTimeMs, signal)
    const { pricePlur, minimumValidityBlocks } = state
    return { price: { pricePlur, minimumValidityBlocks, blockTimeMs: ms }, from }
  }

  async #own(id: string, signal: AbortSignal | undefined): Promise<OwnBatch | undefined> {
    return (await listOwnBatches(this.#node, signal)).find(batch => batch.id === id)
  }

  async #demandOwn(id: string, signal: AbortSignal | undefined): Promise<OwnBatch> {
    const own = await this.#own(id, signal)
    if (own) return own
    const url = this.#node.connection.shownUrl
    throw new NotFoundError(`${url} owns no postage batch ${id}: another node does, or it ran out`, {
      url,
      batch: id,
    })
  }

  #pay<T>(
    operation: string,
    signal: AbortSignal | undefined,
    what: Pick<Parameters<typeof payOnce<T>>[0], 'request' | 'find'>,
  ): Promise<T> {
    return payOnce({
      ...what,
      node: this.#node,
      connection: this.#paying,
      operation,
      patienceMs: this.#options.patienceMs ?? PATIENCE_MS,
      pollMs: this.#pollMs,
      signal,
    })
  }
}

function batchId(text: string): string {
  parseHex(text, 32, 'the id of a postage batch')
  return text.replace(/^0x/i, '').toLowerCase()
}
