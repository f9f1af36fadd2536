import {
  type CallOptions,
  CHUNK_BYTES,
  type ContentStore,
  InvalidArgumentError,
  type LeafRange,
  NotFoundError,
  parseHex,
  type RangeReader,
  type Reference,
  throwIfAborted,
  type Upload,
  verifiedLeaves,
} from '@remote-log/core'
import { refused } from './answer-error.ts'
import { checkBatch } from './batch.ts'
import { type BatchStatus, listBatches } from './batch-list.ts'
import { BeeNode } from './bee-node.ts'
import { MAX_IN_FLIGHT, PATIENCE_MS, RETRY_MS, TIMEOUT_MS } from './limits.ts'
import type { RequestReport } from './request-report.ts'
import { SwarmUpload, type UploadEvidence } from './swarm-upload.ts'
import { createTag, readTag } from './tag.ts'

export interface SwarmStoreOptions {
  /** Base URL of a Bee node or gateway. User and password in it are sent as HTTP authorization, and never printed. */
  readonly url: string
  /** Postage batch of that node, 64 hex digits; needed to write. */
  readonly batch?: string | undefined
  /** URL of a second node, which proves what the first can't say of an upload: see {@link SwarmUpload}. */
  readonly readBack?: string | undefined
  /** Least time that the batch must last still, in seconds; one with less is refused. Default 3,600. */
  readonly minimumBatchSeconds?: number | undefined
  /** What proves an upload; `sample` and `all` need `readBack`. Default `tag`. */
  readonly evidence?: UploadEvidence | undefined
  /** Most requests in flight; the store finds out how many are welcome. Default 256. */
  readonly maxInFlight?: number | undefined
  /** Silence after which a request is given up, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined
  /** How long a request that was refused (429, 5xx) is tried again, in milliseconds. Default 20,000. */
  readonly retryMs?: number | undefined
  /** How long an upload may stand still before `confirm` gives up, in milliseconds. Default 120,000. */
  readonly patienceMs?: number | undefined
  /** In place of the platform's `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Told of each request when it has ended (not of the one that `batches` makes through bee-js). */
  readonly onRequest?: ((report: RequestReport) => void) | undefined
}

/**
 * A {@link ContentStore} over the HTTP interface of a Bee node (2.4 to 2.8) or a gateway. Nothing that comes back is
 * trusted: `get` verifies every byte, and an upload is done when its tag says that the network has it.
 */
export class SwarmStore implements ContentStore, RangeReader {
  readonly #node: BeeNode
  readonly #readBack: BeeNode | undefined
  readonly #batch: string | undefined
  readonly #evidence: UploadEvidence
  readonly #patienceMs: number
  readonly #minimumBatchSeconds: number | undefined
  readonly #listBatches: (signal: AbortSignal | undefined) => Promise<readonly BatchStatus[]>

  /**
   * @param own the node that is at the URL, where somebody else uses it as well
   * @throws INVALID_ARGUMENT (a URL or batch id of the wrong form)
   */
  constructor(options: SwarmStoreOptions, own?: BeeNode) {
    const { batch, readBack, timeoutMs = TIMEOUT_MS } = options
    this.#node = own ?? nodeAt(options.url, options)
    this.#readBack = readBack === undefined ? undefined : nodeAt(readBack, options)
    if (batch !== undefined) parseHex(batch, 32, 'the id of a postage batch')
    this.#batch = batch?.replace(/^0x/i, '').toLowerCase()
    this.#minimumBatchSeconds = options.minimumBatchSeconds
    this.#evidence = options.evidence ?? 'tag'
    if (this.#evidence !== 'tag' && readBack === undefined) {
      throw new InvalidArgumentError('to read uploads back, name a second node (readBack)', {
        evidence: this.#evidence,
      })
    }
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS
    this.#listBatches = signal => listBatches(this.#node.connection, timeoutMs, signal)
  }

  async get(reference: Reference, { signal }: CallOptions = {}): Promise<Uint8Array> {
    throwIfAborted(signal, 'get')
    return this.#node.chunk(reference, signal)
  }

  async beginUpload({
    signal,
    resume,
  }: CallOptions & { readonly resume?: string | undefined } = {}): Promise<Upload> {
    throwIfAborted(signal, 'beginUpload')
    const batch = this.#batch
    if (batch === undefined) throw refused('no-batch', 'chunks are stored on a postage batch', {})
    await checkBatch(this.#node, batch, signal, this.#minimumBatchSeconds)
    const tag = await (resume === undefined
      ? createTag(this.#node, signal)
      : readTag(this.#node, parseUploadId(resume), signal))
    return new SwarmUpload({
      node: this.#node,
      readBack: this.#readBack,
      evidence: this.#evidence,
      batch,
      tag,
      patienceMs: this.#patienceMs,
    })
  }

  /** One `GET /bytes` with Range. */
  readLeaves(
    root: Reference,
    leaves: LeafRange,
    expected: (leaf: number) => Reference,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const from = leaves.from * CHUNK_BYTES
    const bytes = this.#node.range(root, from, leaves.to * CHUNK_BYTES - from, signal)
    return verifiedLeaves(bytes, leaves, expected, { file: root, url: this.#node.connection.shownUrl })
  }

  /** The postage batches that the node owns. @throws UNAVAILABLE, ABORTED */
  batches({ signal }: CallOptions = {}): Promise<readonly BatchStatus[]> {
    return this.#listBatches(signal)
  }
}

/** The node at a URL, as the options say. @throws INVALID_ARGUMENT */
export function nodeAt(
  url: string,
  options: Omit<SwarmStoreOptions, 'url'>,
  onRoom?: (() => void) | undefined,
): BeeNode {
  const { timeoutMs = TIMEOUT_MS, retryMs = RETRY_MS, fetch, onRequest } = options
  const maxInFlight = atLeastOne(options.maxInFlight ?? MAX_IN_FLIGHT)
  return new BeeNode({ url, timeoutMs, retryMs, fetch, onRequest, maxInFlight, onRoom })
}

function atLeastOne(maxInFlight: number): number {
  if (Number.isSafeInteger(maxInFlight) && maxInFlight >= 1) return maxInFlight
  throw new InvalidArgumentError('at least one request must be allowed in flight', { maxInFlight })
}

/** A tag's uid is a number; anything else can't be an upload of any Bee node. */
function parseUploadId(id: string): string {
  if (/^[0-9]{1,16}$/.test(id)) return id
  throw new NotFoundError(`there is no upload ${JSON.stringify(id)}`, { upload: id })
}
