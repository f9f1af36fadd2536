import type { Chunk } from '../chunk.ts'
import type { CallOptions } from '../content-store.ts'
import type { RemoteLogError } from '../errors.ts'
import type { LogKey } from '../log-id.ts'
import type { Reference } from '../reference.ts'

/** A head that a log's owner signed outside the chain, to come behind an anchored one. */
export interface FeedUpdate {
  /** The anchored head that it claims to extend; undefined: none. */
  readonly base: Reference | undefined
  /** Its place among the updates on `base`, from 0. */
  readonly index: number
  /** The head page's chunk; its reference is the head. */
  readonly chunk: Chunk
}

/** What a feed was found to say. */
export interface FeedFinding {
  /** The newest update that could be had; undefined where none could. */
  readonly update: FeedUpdate | undefined
  /**
   * What went wrong on the way. CORRUPT: bytes that the owner did not sign; REWRITTEN: the owner signed two heads at
   * one place; UNAVAILABLE: nobody answered, so there may be a newer update.
   */
  readonly trouble: RemoteLogError | undefined
}

/**
 * Heads ahead of the chain: a hint that costs no gas (docs/spec.md, section 13).
 *
 * Rules for every implementation:
 * - Only what `log.owner` signed for this log, base and index is ever an update.
 * - At one place only one head is ever written; a write that may have been lost is repeated as it was.
 * - A device that writes on a base never looks for updates on it.
 */
export interface HeadFeed {
  /** The newest update on `base`. @throws ABORTED, LOCAL_DAMAGED, UNAVAILABLE (this device's own memory alone) */
  newest(log: LogKey, base: Reference | undefined, options?: CallOptions): Promise<FeedFinding>

  /** Whether this device is the one that writes on `base`. @throws LOCAL_DAMAGED, UNAVAILABLE (own memory) */
  writes(log: LogKey, base: Reference | undefined): Promise<boolean>

  /** The head that this device wrote last on `base`, sent or not. @throws as `writes` */
  last(log: LogKey, base: Reference | undefined): Promise<Reference | undefined>

  /** Notes that this device anchored `base`, and so is the one that writes on it. @throws as `writes` */
  claim(log: LogKey, base: Reference): Promise<void>

  /**
   * Writes a head behind the last one on `base`; the same head again changes nothing. Whoever calls has made sure that
   * the network has all of the head's chunks.
   * @throws READ_ONLY (no signer, or not the owner's), REFUSED (`reason`: `feed-not-claimed`, or the postage batch's),
   * UNAVAILABLE (it may have arrived: the next call repeats it), LOCAL_DAMAGED, ABORTED
   */
  announce(log: LogKey, base: Reference | undefined, head: Chunk, options?: CallOptions): Promise<FeedUpdate>
}
