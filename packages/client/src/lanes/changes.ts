import type { BlockRef, CallOptions, LogKey, Reference } from '@remote-log/core'

/** A change of a list that is in a block. */
export interface LaneTransaction {
  /** Hash of the transaction, `0x` hex. */
  readonly transaction: string
  readonly block: BlockRef
  /** Gas units used. */
  readonly gasUsed: bigint
}

/** Changes a list in its owner's name. */
export interface LaneChanges {
  /** @throws REFUSED, WRONG_CHAIN, NO_CONTRACT, UNAVAILABLE, ABORTED */
  add(log: LogKey, options: CallOptions): Promise<LaneTransaction>
  /** @param cutOff the head up to which its entries count; undefined: none of them. @throws as `add` */
  remove(log: LogKey, cutOff: Reference | undefined, options: CallOptions): Promise<LaneTransaction>
}
