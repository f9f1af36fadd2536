import {
  type CallOptions,
  CHUNK_BYTES,
  type ContentStore,
  InvalidArgumentError,
  type LeafOptions,
  type LeafRange,
  NotFoundError,
  parseHex,
  type RangeReader,
  type Reference,
  RefusedError,
  throwIfAborted,
  UnavailableError,
  type Upload,
  verifiedLeaves,
} from '@remote-log/core'
import { refused } from './answer-error.ts'
import { checkBatch } from './batch.ts'
import { type BatchStatus, listBatches } from './batch-list.ts'
import { BeeNode } from './bee-node.ts'
import {
  MAX_IN_FLIGHT,
  MAX_STEERED_DEPTH,
  PATIENCE_MS,
  RETRY_MS,
  TIMEOUT_MS,
  WATCHED_SLOTS,
} from './limits.ts'
import type { RequestReport } from './request-report.ts'
import { type ChunkPostage, postageOfNode, postageOfStamper } from './stamps/chunk-postage.ts'
import { DIRECT, DirectUpload } from './stamps/direct-upload.ts'
import { demandOnChain, nodeSlots, slotsAtMost } from './stamps/node-slots.ts'
import type { Stamper } from './stamps/stamper.ts'
import { SwarmUpload, type UploadEvidence } from './swarm-upload.ts'
import { createTag, readTag, type Tag } from './tag.ts'

export interface SwarmStoreOptions {
  /** Base URL of a Bee node or gateway. User and password in it are sent as HTTP authorization, and never printed. */
  readonly url: string
  /** Postage batch of that node, 64 hex digits; needed to write. */
  readonly batch?: string | undefined
  /**
   * Stamps chunks here, with the key of their batch's owner, so that any node or gateway takes them: in place of `batch`.
   */
  readonly stamper?: Stamper | undefined
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
  /** In place of Node's own HTTP client, or of the platform's `fetch` elsewhere. */
  readonly fetch?: typeof fetch | undefined
  /** Told of each request when it has ended (not of the one that `batches` makes through bee-js). */
  readonly onRequest?: ((report: RequestReport) => void) | undefined
}

/**
 * A {@link ContentStore} over the HTTP interface of a Bee node (2.4 to 2.8) or a gateway. Nothing that comes back is
 * trusted: `get` verifies every byte, and an upload is done when its tag says that the network has it.
 */
export class SwarmStore implements ContentStore, RangeReader {
  readonly provesGroups = true
  readonly #node: BeeNode
  readonly #readBack: BeeNode | undefined
  readonly #batch: string | undefined
  readonly #evidence: UploadEvidence
  readonly #stamper: Stamper | undefined
  readonly #patienceMs: number
  readonly #minimumBatchSeconds: number | undefined
  readonly #listBatches: (signal: AbortSignal | undefined) => Promise<readonly BatchStatus[]>

  /**
   * @param own the node that is at the URL, where somebody else uses it as well
   * @throws INVALID_ARGUMENT (a URL or batch id of the wrong form, a stamper for another batch)
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
    this.#stamper = options.stamper
    if (this.#stamper && this.#batch !== undefined && this.#batch !== this.#stamper.batch) {
      const what = `the stamper is for postage batch ${this.#stamper.batch}, not for ${this.#batch}`
      throw new InvalidArgumentError(what, { batch: this.#batch, stamper: this.#stamper.batch })
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
    const postage = await this.#postage(signal)
    const tag = await this.#tag(resume, signal)
    const parts = { node: this.#node, readBack: this.#readBack, postage, patienceMs: this.#patienceMs }
    return tag ? new SwarmUpload({ ...parts, evidence: this.#evidence, tag }) : new DirectUpload(parts)
  }

  async #postage(signal: AbortSignal | undefined): Promise<ChunkPostage> {
    if (this.#stamper) {
      await demandOnChain(this.#node.once(), this.#stamper, this.#minimumBatchSeconds, signal)
      return postageOfStamper(this.#stamper)
    }
    const batch = this.#batch
    if (batch === undefined) throw refused('no-batch', 'chunks are stored on a postage batch', {})
    const { immutable, depth, slots, utilization } = await checkBatch(
      this.#node,
      batch,
      signal,
      this.#minimumBatchSeconds,
    )
    if (!immutable && (slots <= WATCHED_SLOTS || utilization >= slots / 2)) {
      const known = await nodeSlots(this.#node, batch, depth, signal)
      const free = known?.free ?? freeAtMost(depth, utilization)
      return postageOfNode(batch, known ?? slotsAtMost(batch, depth, utilization), { keep: true, free })
    }
    const steered = immutable && depth <= MAX_STEERED_DEPTH && utilization >= slots / 2
    const known = steered ? await nodeSlots(this.#node, batch, depth, signal) : undefined
    return postageOfNode(batch, known, { free: known?.free ?? freeAtMost(depth, utilization) })
  }

  /** The upload's tag; undefined where chunks are stamped here and the gateway gives no tags. */
  async #tag(resume: string | undefined, signal: AbortSignal | undefined): Promise<Tag | undefined> {
    if (resume !== undefined && !(this.#stamper && resume === DIRECT)) {
      return readTag(this.#node, parseUploadId(resume), signal)
    }
    try {
      return await createTag(this.#node, signal)
    } catch (error) {
      if (this.#stamper && givesNoTags(error)) return undefined
      throw error
    }
  }

  /** One `GET /bytes` with Range. */
  readLeaves(
    root: Reference,
    leaves: LeafRange,
    expected: (leaf: number) => Reference | undefined,
    { signal, ...options }: LeafOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const from = leaves.from * CHUNK_BYTES
    const bytes = this.#node.range(root, from, leaves.to * CHUNK_BYTES - from, signal)
    const origin = { file: root, url: this.#node.connection.shownUrl }
    return verifiedLeaves(bytes, leaves, expected, origin, options)
  }

  /** By requests for `/health`, as many as are welcome at first. */
  warmUp(): void {
    this.#node.warmUp()
  }

  /** The postage batches that the node owns. @throws UNAVAILABLE, ABORTED */
  batches({ signal }: CallOptions = {}): Promise<readonly BatchStatus[]> {
    return this.#listBatches(signal)
  }
}

/** The fullest bucket is known alone, and nothing of the others. */
function freeAtMost(depth: number, utilization: number): number {
  return 2 ** depth - utilization
}

/** Gateways let through what their operators chose; the rest is answered as forbidden or unknown. */
function givesNoTags(error: unknown): boolean {
  if (!(error instanceof RefusedError || error instanceof UnavailableError)) return false
  return [401, 403, 404, 405, 501].includes(Number(error.details.status))
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
