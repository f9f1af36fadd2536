import type { Address, LogKey, Topic } from '../log-id.ts'
import type { Reference } from '../reference.ts'

/** A log in somebody's list. */
export interface Lane {
  readonly log: LogKey
  /** False where it was removed: then its entries up to `cutOff` count, and no later ones. */
  readonly listed: boolean
  /** The head up to which a removed lane's entries count; undefined: none of them, or it is listed. */
  readonly cutOff: Reference | undefined
  /** The head that stands for the log; undefined where it was never published. */
  readonly head: Reference | undefined
  /** Raised by every change: what the next signed statement has to name. */
  readonly revision: number
}

/** Whose list, and its name. */
export interface LaneList {
  readonly owner: Address
  readonly group: Topic
}
