import {
  type CallOptions,
  type ContentStore,
  demandLeaves,
  InvalidArgumentError,
  type LeafRange,
  type RangeReader,
  type Reference,
  RefusedError,
  throwIfAborted,
  UnavailableError,
  type Upload,
} from '@remote-log/core'
import type { BatchStatus } from '../batch-list.ts'
import { RETRY_MS, TIMEOUT_MS } from '../limits.ts'
import { retrying } from '../retry.ts'
import { nodeAt, SwarmStore, type SwarmStoreOptions } from '../swarm-store.ts'
import { Gateway } from './gateway.ts'
import type { GatewayHealth } from './gateway-health.ts'
import { HedgeBudget } from './hedge-budget.ts'
import { endLeaves, pooledLeaves } from './pooled-leaves.ts'
import { Question, type QuestionOptions } from './question.ts'
import { Turns } from './turns.ts'

export interface GatewayPoolOptions extends Omit<SwarmStoreOptions, 'url'> {
  /** Base URLs of Bee nodes and gateways, at least one; the earlier ones first where nothing else decides. */
  readonly urls: readonly string[]
}

/**
 * A {@link ContentStore} over several Bee nodes and gateways, none of which is trusted. Each may lie, stall, truncate
 * or vanish: reading succeeds while one of them has what is asked for and gives it. Uploads go to the first one that
 * owns the batch.
 */
export class GatewayPool implements ContentStore, RangeReader {
  readonly #gateways: readonly Gateway[]
  readonly #stores: readonly SwarmStore[]
  readonly #turns = new Turns(() => this.#gateways)
  readonly #budget = new HedgeBudget()
  readonly #timeoutMs: number
  readonly #retryMs: number

  /** @throws INVALID_ARGUMENT (no URL, the same one twice, a URL or batch id of the wrong form) */
  constructor(options: GatewayPoolOptions) {
    const nodes = options.urls.map(url => nodeAt(url, options, () => this.#turns.look()))
    demandDistinct(nodes.map(({ connection }) => connection.shownUrl))
    this.#stores = nodes.map((node, i) => new SwarmStore({ ...options, url: options.urls[i]! }, node))
    this.#gateways = nodes.map(node => new Gateway(node.once()))
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS
    this.#retryMs = options.retryMs ?? RETRY_MS
  }

  async get(reference: Reference, { signal }: CallOptions = {}): Promise<Uint8Array> {
    throwIfAborted(signal, 'get')
    return this.#ask('get', reference, signal, { ask: (gateway, stop) => gateway.chunk(reference, stop) })
  }

  /** Goes on at another gateway from the first leaf that one of them cut, forged or did not send in time. */
  readLeaves(
    root: Reference,
    leaves: LeafRange,
    expected: (leaf: number) => Reference,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    demandLeaves(leaves)
    return pooledLeaves(leaves, expected, signal, async (rest, before) => {
      throwIfAborted(signal, 'readLeaves')
      return this.#ask('readLeaves', expected(rest.from), signal, {
        ...before,
        ask: (gateway, stop) => gateway.leaves(root, rest, expected, stop),
        discard: endLeaves,
      })
    })
  }

  /** Puts a question until it is answered or nothing transient is left of what stands against it. */
  #ask<T>(
    operation: string,
    reference: Reference,
    signal: AbortSignal | undefined,
    how: Pick<QuestionOptions<T>, 'ask' | 'discard' | 'failures' | 'silent'>,
  ): Promise<T> {
    const [turns, budget, gateways, timeoutMs] = [this.#turns, this.#budget, this.#gateways, this.#timeoutMs]
    const { failures, silent, ...parts } = how
    let [patience, before]: [number, Pick<QuestionOptions<T>, 'failures' | 'silent'>] = [
      1,
      { failures, silent },
    ]
    budget.question()
    return retrying(operation, this.#retryMs, signal, async () => {
      const shared = { operation, reference, gateways, turns, budget, signal, timeoutMs, patience }
      const question = new Question({ ...shared, ...parts, ...before })
      before = {}
      try {
        return await question.answer()
      } finally {
        patience = question.patience
      }
    })
  }

  /** At the first gateway that owns the batch. An upload is taken up again at the node that it was begun at. */
  async beginUpload(options: CallOptions & { readonly resume?: string | undefined } = {}): Promise<Upload> {
    return this.#first(store => store.beginUpload(options))
  }

  /** The postage batches of the first node that lists any. @throws UNAVAILABLE, ABORTED */
  batches(options: CallOptions = {}): Promise<readonly BatchStatus[]> {
    return this.#first(store => store.batches(options))
  }

  /** What is known of each gateway, in the configured order. */
  health(): readonly GatewayHealth[] {
    return this.#gateways.map(gateway => gateway.health())
  }

  /** Questions put so far, and how many of them were put to a second gateway while the first was silent. */
  get hedging(): { readonly questions: number; readonly hedges: number } {
    return this.#budget.counts
  }

  /** The first gateway that can, in the configured order; else what the one said that was nearest to it. */
  async #first<T>(use: (store: SwarmStore) => Promise<T>): Promise<T> {
    const errors: unknown[] = []
    for (const store of this.#stores) {
      try {
        return await use(store)
      } catch (error) {
        const elsewhere =
          error instanceof UnavailableError || (error instanceof RefusedError && notItsOwn(error))
        if (!elsewhere) throw error
        errors.push(error)
      }
    }
    throw errors.find(error => error instanceof UnavailableError) ?? errors[0]
  }
}

/** Refusals of a node that is not the batch's owner, and of gateways that let nobody write. */
function notItsOwn({ details }: RefusedError): boolean {
  return ['batch-unknown', 'forbidden', 'rejected'].includes(String(details.reason))
}

function demandDistinct(urls: readonly string[]): void {
  if (urls.length === 0) throw new InvalidArgumentError('at least one Bee node or gateway is needed', {})
  const twice = urls.find((url, i) => urls.indexOf(url) !== i)
  if (twice === undefined) return
  throw new InvalidArgumentError(`the gateway ${twice} is listed twice: name each one once`, { url: twice })
}
