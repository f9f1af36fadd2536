import {
  type CallOptions,
  type Chunk,
  CorruptError,
  NotFoundError,
  type Reference,
  SPAN_BYTES,
  UnavailableError,
  type Upload,
  type UploadProgress,
} from '@remote-log/core'
import { pause } from './abort-signals.ts'
import { type AnswerOrigin, isWebPage, refused, writeError } from './answer-error.ts'
import type { BeeAnswer } from './bee-connection.ts'
import type { BeeNode } from './bee-node.ts'
import { FIRST_POLL_MS, LAST_POLL_MS, MAX_CHUNK_BYTES, PROVERS } from './limits.ts'
import { parseObject, readTag, type Tag } from './tag.ts'

export interface SwarmUploadOptions {
  readonly node: BeeNode
  /** A second node, whose reads prove what the tag can't. */
  readonly readBack: BeeNode | undefined
  readonly batch: string
  /** The tag when the upload began, or was taken up again. */
  readonly tag: Tag
  readonly patienceMs: number
}

type ConfirmOptions = CallOptions & { readonly onProgress?: ((p: UploadProgress) => void) | undefined }

/**
 * An upload under a tag: the node takes chunks into its own store (deferred) and pushes them in the background.
 *
 * What a tag proves (`pkg/storer/internal/upload`): a chunk that came under it is either pushed for it, and counted in
 * `synced` when the network took it, or was waiting already under some tag, and counted in `seen` at once. So the
 * upload is done when synced + seen covers split, split covers what was put, and `synced` alone covers the chunks of
 * this upload. Where it does not, some chunks wait under a tag that nobody looks at, or were put in an answer that got
 * lost: each chunk is then proven on its own, by a read through a second node if there is one, else by pushing it
 * directly (no tag: the node answers when the network gave a receipt). That is slow and sure.
 */
export class SwarmUpload implements Upload {
  readonly id: string
  readonly #options: SwarmUploadOptions
  readonly #accepted = new Set<Reference>()
  readonly #proven = new Set<Reference>()

  get paidBy(): string {
    return this.#options.batch
  }

  constructor(options: SwarmUploadOptions) {
    this.id = String(options.tag.uid)
    this.#options = options
  }

  async put(chunk: Chunk, { signal }: CallOptions = {}): Promise<void> {
    const { reference, bytes } = chunk
    if (bytes.length < SPAN_BYTES || bytes.length > MAX_CHUNK_BYTES) {
      throw refused('malformed', `a chunk can't have ${bytes.length} bytes`, {
        reference,
        length: bytes.length,
      })
    }
    // Sent once: every chunk of a tag that came twice would have to be told from those that wait under another tag.
    if (this.#accepted.has(reference) && !signal?.aborted) return
    await this.#post(chunk, { 'swarm-tag': this.id }, signal)
    this.#accepted.add(reference)
  }

  async confirm({ signal, onProgress }: ConfirmOptions = {}): Promise<void> {
    const { node, tag: first, patienceMs } = this.#options
    const put = this.#accepted.size
    let stored = 0
    const report = (now: number) => {
      stored = Math.max(stored, Math.min(now, put))
      onProgress?.({ put, stored, total: put })
    }
    let [last, since] = [-1, performance.now()]
    try {
      for (let wait = FIRST_POLL_MS; ; wait = Math.min(1.5 * wait, LAST_POLL_MS)) {
        const tag = await readTag(node, this.id, signal)
        const done = tag.synced + tag.seen
        if (done >= tag.split && tag.split >= first.split + put) {
          if (tag.synced < put) await this.#prove(tag.synced, report, signal)
          break
        }
        report(tag.synced)
        if (done + tag.split !== last) [last, since] = [done + tag.split, performance.now()]
        else if (performance.now() - since > patienceMs) throw this.#stalled(tag)
        await pause(wait, signal, 'confirm')
      }
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw asUnavailable(error, stored, put)
      throw new UnavailableError(error.message, { ...error.details, stored, total: put }, error)
    }
    report(put)
  }

  #stalled({ uid, split, seen, synced }: Tag): UnavailableError {
    const { node, patienceMs } = this.#options
    const url = node.connection.shownUrl
    const what = `the network took nothing more of upload ${uid} for ${patienceMs} ms`
    return new UnavailableError(`${what}; ${url} may push it later, or it may be uploaded again`, {
      url,
      split,
      seen,
      synced,
    })
  }

  /** Proves each chunk on its own: see above. */
  async #prove(
    synced: number,
    report: (stored: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { readBack } = this.#options
    const unproven = [...this.#accepted].filter(reference => !this.#proven.has(reference))
    let failed = false
    const queue = unproven.values()
    const prover = async () => {
      for (const reference of queue) {
        if (failed) return
        try {
          if (readBack) await this.#readElsewhere(readBack, reference, signal)
          else await this.#pushDirectly(reference, signal)
        } catch (error) {
          failed = true
          throw error
        }
        this.#proven.add(reference)
        report(Math.max(synced, this.#proven.size))
      }
    }
    await Promise.all(Array.from({ length: PROVERS }, prover))
  }

  async #readElsewhere(
    readBack: BeeNode,
    reference: Reference,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await readBack.chunk(reference, signal)
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error
      const url = readBack.connection.shownUrl
      const what = `${url} does not have chunk ${reference} of the upload yet`
      throw new UnavailableError(what, { url, reference }, error)
    }
  }

  /** The node holds the chunk, so that reading it here asks no peer. */
  async #pushDirectly(reference: Reference, signal: AbortSignal | undefined): Promise<void> {
    const bytes = await this.#options.node.chunk(reference, signal)
    await this.#post({ reference, bytes }, {}, signal)
  }

  async #post(
    chunk: Chunk,
    tag: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { node, batch } = this.#options
    const request = {
      method: 'POST',
      route: '/chunks',
      headers: { 'content-type': 'application/octet-stream', 'swarm-postage-batch-id': batch, ...tag },
      body: chunk.bytes,
    } as const
    await node.call(request, signal, (answer, origin) => judgePut(chunk.reference, answer, origin))
  }
}

function judgePut(reference: Reference, answer: BeeAnswer, origin: AnswerOrigin): void {
  if (answer.status !== 201) throw writeError(answer, origin)
  const got = parseObject(answer.bytes)?.reference
  if (got === reference) return
  if (typeof got !== 'string' || isWebPage(answer)) {
    throw new UnavailableError(`${origin.url} answered ${origin.route} without a reference`, { ...origin })
  }
  throw new CorruptError(`${origin.url} stored the chunk put as ${reference} as ${got}`, { reference, got })
}

/** A tag or a chunk that vanished while it was waited for: whether the network has it, nobody can tell. */
function asUnavailable(error: unknown, stored: number, total: number): unknown {
  if (!(error instanceof NotFoundError)) return error
  return new UnavailableError(`${error.message}; the upload must be made again`, { stored, total }, error)
}
