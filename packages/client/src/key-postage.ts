import { type Address, type CallOptions, InvalidArgumentError } from '@remote-log/core'
import type { ExpirySource } from './care/lifetime.ts'
import {
  type BatchExpiry,
  type BatchWish,
  type ChainBatchOrder,
  type ChainBatchState,
  ChainPostage,
  type ChainTopUpOrder,
  capacityOf,
  chainIdOf,
  depthFor,
  type Eip1193Provider,
  type NewBatchQuote,
  POSTAGE_CONTRACTS,
  type PostageQuote,
  quoteBatch,
  quoteTopUp,
  type Signer,
} from './connect.ts'

export interface KeyPostageOptions {
  /** The chain on which postage is sold: an http(s) JSON-RPC URL, or a provider (EIP-1193). */
  readonly provider: string | Eip1193Provider
  /** EIP-155 id. Default: what the provider says. */
  readonly chainId?: number | undefined
  /** Address of PostageStamp. Default: Swarm's own on Gnosis and Sepolia. */
  readonly contract?: Address | undefined
  /** Pays, and owns what it buys. Not needed to look. */
  readonly signer?: Signer | undefined
  /** Milliseconds a block. Default: those of Gnosis (5,000) and Sepolia (12,000), else 5,000. */
  readonly blockTimeMs?: number | undefined
  /** Unix time in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** A batch as the contract has it, in plain units. */
export interface KeyBatchStatus extends ChainBatchState {
  /** Seconds that it lasts; undefined where storage costs nothing. */
  readonly seconds: number | undefined
  /** Unix time in milliseconds at today's price; undefined where storage costs nothing. */
  readonly expires: number | undefined
  readonly capacityBytes: number
  readonly effectiveBytes: number
}

const BLOCK_MS: Readonly<Record<number, number>> = { 100: 5000, 11155111: 12_000 }

/**
 * Postage for own keys in plain units (BZZ, days), at the PostageStamp contract, without a Bee node: what `BeePostage` is
 * for a node. Orders are JSON, to be kept until they are done: with the same order again nothing is paid twice.
 */
export class KeyPostage implements ExpirySource {
  readonly chainId: number
  readonly contract: Address
  readonly #chain: ChainPostage
  readonly #blockTimeMs: number
  readonly #blockTimeFrom: NewBatchQuote['blockTimeFrom']
  readonly #now: () => number

  private constructor(options: KeyPostageOptions & { readonly chainId: number; readonly contract: Address }) {
    const { chainId, contract, blockTimeMs, now = Date.now, provider, signer } = options
    this.chainId = chainId
    this.contract = contract
    this.#chain = new ChainPostage({ provider, chainId, postage: contract, signer })
    this.#blockTimeMs = blockTimeMs ?? BLOCK_MS[chainId] ?? 5000
    this.#blockTimeFrom = blockTimeMs === undefined ? 'assumed' : 'option'
    this.#now = now
  }

  /** @throws INVALID_ARGUMENT (no contract is known on that chain), UNAVAILABLE, ABORTED */
  static async open(options: KeyPostageOptions, call: CallOptions = {}): Promise<KeyPostage> {
    const chainId = options.chainId ?? (await chainIdOf(options.provider, call))
    const contract = options.contract ?? POSTAGE_CONTRACTS[chainId]?.address
    if (contract !== undefined) return new KeyPostage({ ...options, chainId, contract })
    const what = `no postage contract is known on chain ${chainId}: name it (remote-log: --postage-contract)`
    throw new InvalidArgumentError(what, { chainId })
  }

  /** The costs of a new batch. @throws INVALID_ARGUMENT, NO_CONTRACT, WRONG_CHAIN, UNAVAILABLE, ABORTED */
  async quote(wish: BatchWish, call: CallOptions = {}): Promise<NewBatchQuote> {
    const depth = 'depth' in wish ? wish.depth : await depthFor(wish.bytes)
    const quote = quoteBatch(await this.#price(call), { depth, days: wish.days }, this.#now())
    return { ...quote, ...(await capacityOf(depth)), blockTimeFrom: this.#blockTimeFrom }
  }

  /** The costs of a batch's lasting `days` days longer. @throws NOT_FOUND, and as {@link quote} */
  async quoteTopUp(batch: string, days: number, call: CallOptions = {}): Promise<PostageQuote> {
    const [price, { depth, seconds = 0 }] = await Promise.all([this.#price(call), this.batch(batch, call)])
    return quoteTopUp(price, { depth, days }, this.#now(), seconds)
  }

  /** An order, to be kept until the batch is there. @throws READ_ONLY */
  order(
    { amountPlur, depth }: Pick<PostageQuote, 'amountPlur' | 'depth'>,
    options: { readonly owner?: Address; readonly immutable?: boolean } = {},
  ): Promise<ChainBatchOrder> {
    return this.#chain.order({ amountPlur, depth }, options)
  }

  /** Buys what was ordered, unless it was bought. @throws as `ChainPostage.buy` */
  async buy(order: ChainBatchOrder, call: CallOptions = {}): Promise<KeyBatchStatus> {
    return this.#status(await this.#chain.buy(order, call))
  }

  /** @throws NOT_FOUND, and as {@link quote} */
  orderTopUp(
    batch: string,
    { amountPlur }: Pick<PostageQuote, 'amountPlur'>,
    call: CallOptions = {},
  ): Promise<ChainTopUpOrder> {
    return this.#chain.orderTopUp(batch, amountPlur, call)
  }

  /** Tops up as ordered, unless that has happened. @throws as `ChainPostage.topUp` */
  async topUp(order: ChainTopUpOrder, call: CallOptions = {}): Promise<KeyBatchStatus> {
    return this.#status(await this.#chain.topUp(order, call))
  }

  /** More chunks for less time. @throws as `ChainPostage.dilute` */
  async dilute(batch: string, depth: number, call: CallOptions = {}): Promise<KeyBatchStatus> {
    return this.#status(await this.#chain.dilute(batch, depth, call))
  }

  /** Anybody's batch. @throws NOT_FOUND (it never was, or was cleared away), and as {@link quote} */
  async batch(id: string, call: CallOptions = {}): Promise<KeyBatchStatus> {
    return this.#status(await this.#chain.batch(id, call))
  }

  /** When a batch, anybody's, runs out. @throws as {@link batch} */
  async expiry(batch: string, call: CallOptions = {}): Promise<Omit<BatchExpiry, 'from'>> {
    const { depth, seconds, expires } = await this.batch(batch, call)
    return { batch, depth, seconds, expires }
  }

  async #status(state: ChainBatchState): Promise<KeyBatchStatus> {
    const seconds =
      state.blocks === undefined ? undefined : Math.floor((Number(state.blocks) * this.#blockTimeMs) / 1000)
    const expires = seconds === undefined ? undefined : this.#now() + seconds * 1000
    return { ...state, seconds, expires, ...(await capacityOf(state.depth)) }
  }

  async #price(call: CallOptions) {
    const { pricePlur, minimumPlur } = await this.#chain.price(call)
    const minimumValidityBlocks = pricePlur === 0n ? 0 : Number(minimumPlur / pricePlur)
    return { pricePlur, minimumValidityBlocks, blockTimeMs: this.#blockTimeMs }
  }
}
