import type { CallOptions } from './content-store.ts'
import type { FeedFinding } from './feed/head-feed.ts'
import type { LogKey } from './log-id.ts'
import type { Reference } from './reference.ts'

/** A block of the chain that a statement holds at. */
export interface BlockRef {
  readonly number: number
  /** 32 bytes, `0x` and 64 lower-case hex digits. */
  readonly hash: string
  /** Unix time in seconds, as the block states it. */
  readonly timestamp: number
}

/** What the name system says of one log. `head: undefined` is a positive statement: never published at this block. */
export interface HeadStatement {
  readonly head: Reference | undefined
  readonly block: BlockRef
  /** What a feed says to come behind `head`, where one is asked: shown, never trusted. */
  readonly ahead?: FeedFinding | undefined
}

/** How recent a statement is asked for (Ethereum block tags). `safe` and `finalized` lag but do not reorganise. */
export type BlockTag = 'latest' | 'safe' | 'finalized'

/** How a publication ended. */
export interface Publication {
  readonly head: Reference
  /** The block that carries it. */
  readonly block: BlockRef
  /** Hash of the transaction, `0x` hex; absent where there is none. */
  readonly transaction?: string | undefined
  /** Gas used by the transaction, in gas units; absent where there is none. */
  readonly gasUsed?: bigint | undefined
}

/**
 * The name system (NS of RFC 3/REMOTE-LOG): one mutable reference per log, moved by compare-and-swap.
 *
 * Rules for every implementation (compliance suite in packages/conformance):
 * - A head moves only from exactly `expected`; otherwise `CONFLICT` with `details.current` (hex; the zero reference
 *   where none stands), and nothing changes. Of many concurrent movers from one head exactly one wins.
 * - "No head" is `head: undefined` in a statement with a block. Failure to ask is `UNAVAILABLE`, never "no head".
 * - A statement is internally consistent: head and block were read at the same block.
 */
export interface NameSystem {
  /** EIP-155 id of the chain that the name system stands on. @throws UNAVAILABLE, WRONG_CHAIN, ABORTED */
  chainId(options?: CallOptions): Promise<number>

  /** @throws UNAVAILABLE, WRONG_CHAIN, NO_CONTRACT, ABORTED */
  head(log: LogKey, options?: CallOptions & { readonly at?: BlockTag | undefined }): Promise<HeadStatement>

  /** Heads of many logs at one block, in the order asked. @throws as `head` */
  heads(
    logs: readonly LogKey[],
    options?: CallOptions & { readonly at?: BlockTag | undefined },
  ): Promise<readonly HeadStatement[]>

  /**
   * Moves the head of the own log of the configured signer from `expected` (undefined: none yet) to `next`, and
   * resolves when it is in a block with the configured number of confirmations.
   * @throws CONFLICT, READ_ONLY (no signer, or the signer is not the owner), REFUSED (reverted, no funds),
   * UNAVAILABLE (outcome unknown: ask `head` before trying again), WRONG_CHAIN, NO_CONTRACT, ABORTED
   */
  publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options?: CallOptions,
  ): Promise<Publication>

  /** The canonical block with this number, or undefined where the chain is shorter. @throws UNAVAILABLE, ABORTED */
  block(number: number, options?: CallOptions): Promise<BlockRef | undefined>
}
