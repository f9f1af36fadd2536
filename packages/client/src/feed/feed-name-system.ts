import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  ConflictError,
  type ContentStore,
  type HeadFeed,
  type HeadStatement,
  InvalidArgumentError,
  type LogKey,
  type NameSystem,
  type Publication,
  type Reference,
  ZERO_REFERENCE,
} from '@remote-log/core'

type HeadOptions = CallOptions & { readonly at?: BlockTag | undefined }

/**
 * The feed alone as a {@link NameSystem}: the newest head that a log's owner signed, on top of the chain's at a block.
 * What a chain gives and a feed can't: compare-and-swap between devices (here it holds on one), and statements as of a
 * block (the head may have been announced later). For comparison, and for those who need no more.
 */
export class FeedNameSystem implements NameSystem {
  readonly #chain: NameSystem
  readonly #feed: HeadFeed
  readonly #store: Pick<ContentStore, 'get'>
  #last: Promise<unknown> = Promise.resolve()

  /** @param store has the head pages that are published */
  constructor(chain: NameSystem, feed: HeadFeed, store: Pick<ContentStore, 'get'>) {
    this.#chain = chain
    this.#feed = feed
    this.#store = store
  }

  chainId(options?: CallOptions): Promise<number> {
    return this.#chain.chainId(options)
  }

  async head(log: LogKey, options: HeadOptions = {}): Promise<HeadStatement> {
    return this.#onTop(log, await this.#chain.head(log, options), options)
  }

  async heads(logs: readonly LogKey[], options: HeadOptions = {}): Promise<readonly HeadStatement[]> {
    const statements = await this.#chain.heads(logs, options)
    return await Promise.all(statements.map((statement, i) => this.#onTop(logs[i]!, statement, options)))
  }

  /** @throws as NameSystem; REFUSED (`feed-not-claimed`) where this device is not the one that writes */
  publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options: CallOptions = {},
  ): Promise<Publication> {
    const publication = this.#last.then(() => this.#publish(log, expected, next, options))
    this.#last = publication.catch(() => undefined)
    return publication
  }

  block(number: number, options?: CallOptions): Promise<BlockRef | undefined> {
    return this.#chain.block(number, options)
  }

  async #publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options: CallOptions,
  ): Promise<Publication> {
    if (next === ZERO_REFERENCE)
      throw new InvalidArgumentError('the zero reference stands for "no head"', { next })
    const anchored = await this.#chain.head(log, options)
    const { head } = await this.#onTop(log, anchored, options)
    if (head !== expected) {
      throw new ConflictError('the head that stands is not the expected one', {
        expected: expected ?? ZERO_REFERENCE,
        current: head ?? ZERO_REFERENCE,
      })
    }
    const bytes = await this.#store.get(next, options)
    await this.#feed.announce(log, anchored.head, { reference: next, bytes }, options)
    return { head: next, block: anchored.block }
  }

  async #onTop(log: LogKey, statement: HeadStatement, options: CallOptions): Promise<HeadStatement> {
    const { head: base, block } = statement
    if (await this.#feed.writes(log, base)) {
      return { head: (await this.#feed.last(log, base)) ?? base, block }
    }
    const { update, trouble } = await this.#feed.newest(log, base, options)
    if (!update && trouble) throw trouble
    return { head: update?.chunk.reference ?? base, block }
  }
}
