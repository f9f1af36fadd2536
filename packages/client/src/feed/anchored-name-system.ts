import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  type FeedFinding,
  type HeadFeed,
  type HeadStatement,
  type LogHash,
  type LogKey,
  logHash,
  type NameSystem,
  type Publication,
  type Reference,
  RemoteLogError,
} from '@remote-log/core'

type HeadOptions = CallOptions & { readonly at?: BlockTag | undefined }

/**
 * A {@link NameSystem} whose heads are the chain's, each with what a feed says to come behind it (docs/spec.md,
 * section 13). Publishing anchors, and makes this device the writer of the feed on the new head. Nothing that a feed
 * says or fails to say changes or delays beyond its time-outs what the chain states.
 */
export class AnchoredNameSystem implements NameSystem {
  readonly #chain: NameSystem
  readonly #feed: HeadFeed
  /** The heads stated last: mostly they still stand, so that chain and feed can be asked at once. */
  readonly #stated = new Map<LogHash, Reference | undefined>()

  constructor(chain: NameSystem, feed: HeadFeed) {
    this.#chain = chain
    this.#feed = feed
  }

  chainId(options?: CallOptions): Promise<number> {
    return this.#chain.chainId(options)
  }

  async head(log: LogKey, options: HeadOptions = {}): Promise<HeadStatement> {
    const hash = logHash(log)
    const known = this.#stated.has(hash)
    const before = this.#stated.get(hash)
    const early = known ? this.#ahead(log, before, options) : undefined
    const statement = await this.#chain.head(log, options)
    this.#stated.set(hash, statement.head)
    const fits = early !== undefined && before === statement.head
    return { ...statement, ahead: await (fits ? early : this.#ahead(log, statement.head, options)) }
  }

  heads(logs: readonly LogKey[], options?: HeadOptions): Promise<readonly HeadStatement[]> {
    return this.#chain.heads(logs, options)
  }

  async publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options?: CallOptions,
  ): Promise<Publication> {
    const publication = await this.#chain.publish(log, expected, next, options)
    await claimQuietly(this.#feed, log, next)
    return publication
  }

  block(number: number, options?: CallOptions): Promise<BlockRef | undefined> {
    return this.#chain.block(number, options)
  }

  /** Never rejects. Undefined where this device is the one that writes there. */
  async #ahead(
    log: LogKey,
    base: Reference | undefined,
    { signal }: CallOptions,
  ): Promise<FeedFinding | undefined> {
    try {
      return (await this.#feed.writes(log, base)) ? undefined : await this.#feed.newest(log, base, { signal })
    } catch (error) {
      // An abort ends the question to the chain, too.
      if (error instanceof RemoteLogError) return { update: undefined, trouble: error }
      throw error
    }
  }
}

/** A claim that is lost costs one anchor more: no reason to call an anchor failed that stands. */
export async function claimQuietly(feed: HeadFeed, log: LogKey, base: Reference): Promise<void> {
  try {
    await feed.claim(log, base)
  } catch (error) {
    if (!(error instanceof RemoteLogError)) throw error
  }
}
