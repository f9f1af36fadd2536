import { parseHex } from '@remote-log/core'
import { BeeNode } from '../bee-node.ts'
import { FEED_TIMEOUT_MS, MAX_IN_FLIGHT, RETRY_MS, TIMEOUT_MS } from '../limits.ts'
import type { RequestReport } from '../request-report.ts'
import type { Stamper } from '../stamps/stamper.ts'
import type { FeedRecords } from './feed-record.ts'
import { SingleOwnerNode } from './single-owner-node.ts'
import { type FeedSigner, SwarmFeed } from './swarm-feed.ts'

export interface SwarmFeedOptions {
  /**
   * Base URLs of Bee nodes or gateways. The first one that owns the batch takes what is written; each look for updates of
   * others begins with another one.
   */
  readonly urls: readonly string[]
  /** Postage batch, 64 hex digits; needed to write. */
  readonly batch?: string | undefined
  /** Stamps updates here, so that any node takes them: in place of `batch`. */
  readonly stamper?: Stamper | undefined
  /** The owner's; needed to write. */
  readonly signer?: FeedSigner | undefined
  readonly records: FeedRecords
  /** May write before the log has any head. Say so only where no other device has the key. Default: false. */
  readonly beginsLog?: boolean | undefined
  /** Silence after which a node is given up, in milliseconds. Default 5,000 where it is read, 30,000 where written. */
  readonly timeoutMs?: number | undefined
  /** In place of Node's own HTTP client, or of the platform's `fetch` elsewhere. */
  readonly fetch?: typeof fetch | undefined
  /** Told of each request when it has ended. */
  readonly onRequest?: ((report: RequestReport) => void) | undefined
}

/** The feeds of any logs over Bee nodes. @throws INVALID_ARGUMENT (a URL or batch id of the wrong form) */
export function openFeed(options: SwarmFeedOptions): SwarmFeed {
  const { urls, signer, records, beginsLog = false, timeoutMs, fetch, onRequest, stamper } = options
  if (options.batch !== undefined) parseHex(options.batch, 32, 'the id of a postage batch')
  const batch = options.batch?.replace(/^0x/i, '').toLowerCase()
  const node = (url: string, retryMs: number, usualMs: number) =>
    new BeeNode({
      url,
      maxInFlight: MAX_IN_FLIGHT,
      retryMs,
      timeoutMs: timeoutMs ?? usualMs,
      fetch,
      onRequest,
    })
  return new SwarmFeed({
    writers: urls.map(url => new SingleOwnerNode(node(url, RETRY_MS, TIMEOUT_MS), stamper ?? batch)),
    // Never again at once: a node with few peers is blind for a minute for what it did not find.
    readers: urls.map(url => new SingleOwnerNode(node(url, 0, FEED_TIMEOUT_MS))),
    records,
    signer,
    beginsLog,
  })
}
