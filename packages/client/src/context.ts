import type {
  ContentStore,
  HeadFeed,
  LocalDamagedError,
  LogHash,
  LogId,
  NameSystem,
  RemoteLogError,
} from '@remote-log/core'
import type { Anchor } from './anchor.ts'
import type { Clock } from './clock.ts'
import type { Ahead } from './feed/ahead.ts'
import type { AnchorPolicy } from './feed/anchor-policy.ts'
import type { Announced } from './feed/announced.ts'
import type { Journal } from './journal.ts'
import type { LocalLog } from './local-log.ts'
import type { Mutex } from './mutex.ts'
import type { PageRanges } from './page-ranges.ts'
import type { Paid } from './paid.ts'

/** Where an append is when it returns: on disk (fsync), or with the operating system (survives a kill of the process). */
export type Durability = 'disk' | 'os'

/** How a log behaves; fixed when it is opened. */
export interface LogSettings {
  /** Whether entries may be appended and published. */
  readonly writable: boolean
  readonly durability: Durability
  /** Payloads of more bytes go by reference. 0: all (the RFC's mapped mode). At most 3,840. */
  readonly inlineLimit: number
  /** One entry a page (the RFC's linked mode). */
  readonly linked: boolean
  /** Long stretches of history by range requests, where the store can. */
  readonly ranges: boolean
  /** Long stretches of sealed pages and payloads go up in few requests, where the store can. */
  readonly bulk: boolean
  /** When a publish moves the head on the chain, where there is a feed. Default: every 100 entries. */
  readonly anchor: AnchorPolicy
  /** Unix time in milliseconds. */
  readonly now: () => number
  /** What time budgets are measured by. */
  readonly clock: Clock
}

/**
 * What this device knows, in memory as in its local database. Changed only after the database (of the anchor, the
 * block at which an unchanged head was stated again is not written).
 */
export interface LogState {
  anchor: Anchor | undefined
  /** Sealed pages kept on this device. */
  have: PageRanges
  journal: Journal | undefined
  /** Which batches pay for what this device uploaded. */
  paid: Paid
  /** What of the queue stands in the feed. Of the anchor that stands, or worth nothing. */
  announced: Announced | undefined
  /** What the feed says to come behind the anchor; in memory alone. */
  ahead: Ahead | undefined
  /** What was wrong with the feed when it was asked last. */
  feedTrouble: RemoteLogError | undefined
  /** Ordinals of the entries that are durable and unsent: from `first` to before `next`. */
  unsent: { first: number; next: number }
  /** While a write is under way after which anchor and queue are others. Whoever needs both together waits for it. */
  moving: Promise<void> | undefined
  /** A record on which trust was built and that is damaged: nothing is read or published until `forget`. */
  damage: LocalDamagedError | undefined
}

/** What the operations of one log share. */
export interface LogContext {
  readonly id: LogId
  readonly log: LogHash
  readonly store: ContentStore
  readonly names: NameSystem
  readonly feed: HeadFeed | undefined
  readonly local: LocalLog
  readonly settings: LogSettings
  readonly state: LogState
  /** Held by whoever moves the anchor or keeps pages. */
  readonly alone: Mutex
}
