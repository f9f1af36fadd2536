import {
  BRANCHES,
  type CallOptions,
  type Chunk,
  type ChunkRoom,
  type FileUpload,
  NotFoundError,
  type Reference,
  UnavailableError,
  type Upload,
  type UploadProgress,
} from '@remote-log/core'
import { aborted, pause } from './abort-signals.ts'
import type { BeeNode } from './bee-node.ts'
import type { Provable } from './chunk-proof.ts'
import { FIRST_POLL_MS, LAST_POLL_MS, SAMPLED } from './limits.ts'
import { PostedFiles } from './posted-files.ts'
import type { ChunkPostage } from './stamps/chunk-postage.ts'
import { readTag, type Tag } from './tag.ts'
import { UploadProof } from './upload-proof.ts'
import { demandChunkLength, postChunk, postFile } from './upload-requests.ts'

/**
 * What proves an upload: its tags alone, or besides them a second node that serves a sample of its chunks (the last
 * one, which is a log's head, always) or all of them.
 */
export type UploadEvidence = 'tag' | 'sample' | 'all'

export interface SwarmUploadOptions {
  readonly node: BeeNode
  /** A second node, whose reads prove what the tags can't. */
  readonly readBack: BeeNode | undefined
  readonly evidence: UploadEvidence
  readonly postage: ChunkPostage
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
 * single chunks of this upload are in the network when split covers what was put, synced + seen covers split, and none
 * was seen since the upload began, or was taken up again. Each file has a tag of its own, which proves it likewise. What
 * a tag does not prove, and where there is a second node also what it does not prove in time, is proven otherwise:
 * {@link UploadProof}.
 */
export class SwarmUpload implements Upload, FileUpload {
  readonly id: string
  readonly #options: SwarmUploadOptions
  readonly #accepted = new Set<Reference>()
  readonly #files: PostedFiles
  readonly #proof: UploadProof
  #takesFiles = true
  #last: Reference | undefined

  get paidBy(): string {
    return this.#options.postage.batch
  }

  get free(): number | undefined {
    return this.#options.postage.free
  }

  get room(): ChunkRoom | undefined {
    return this.#options.postage.room
  }

  constructor(options: SwarmUploadOptions) {
    this.id = String(options.tag.uid)
    this.#options = options
    this.#files = new PostedFiles(options.node)
    this.#proof = new UploadProof(options)
  }

  async put(chunk: Chunk, { signal }: CallOptions = {}): Promise<void> {
    const { reference } = chunk
    demandChunkLength(chunk)
    // Sent once: of a chunk that comes twice the tag may say that it was seen, which proves nothing.
    if (this.#accepted.has(reference) && !signal?.aborted) return
    this.#last = reference
    await postChunk(this.#options, chunk, this.id, signal)
    this.#accepted.add(reference)
  }

  async putFile(leaves: readonly Chunk[], root: Chunk, options: CallOptions = {}): Promise<void> {
    const { signal } = options
    if (leaves.length < 2 || leaves.length > BRANCHES) {
      throw new RangeError(`a file of two levels has 2 to ${BRANCHES} leaves, not ${leaves.length}`)
    }
    if (signal?.aborted) throw aborted(signal, 'putFile')
    if (this.#files.has(root.reference)) return
    if (this.#takesFiles) {
      const posted = await postFile(this.#options, leaves, root.reference, signal)
      if (posted !== 'no files here') {
        this.#files.add({ reference: root.reference, leaves: leaves.length, tag: posted.tag })
        return
      }
      this.#takesFiles = false
    }
    await Promise.all(leaves.map(leaf => this.put(leaf, options)))
    await this.put(root, options)
  }

  async confirm({ signal, onProgress }: ConfirmOptions = {}): Promise<void> {
    const put = this.#accepted.size + this.#files.chunks
    let stored = 0
    const report = (now: number) => {
      stored = Math.max(stored, Math.min(now, put))
      onProgress?.({ put, stored, total: put })
    }
    try {
      const { unproven, proven } = await this.#watch(report, signal)
      let done = proven
      const count = (chunks: number) => {
        done += chunks
        report(done)
      }
      await this.#proof.prove(unproven, count, signal)
      if (this.#options.evidence !== 'tag') await this.#proof.demand(this.#demanded(), signal)
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw asUnavailable(error, stored, put)
      throw new UnavailableError(error.message, { ...error.details, stored, total: put }, error)
    }
    report(put)
  }

  /** Waits until the tags have nothing more to tell; gives what they leave unproven, and how many chunks they prove. */
  async #watch(
    report: (stored: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly unproven: readonly Provable[]; readonly proven: number }> {
    const { node, tag: first, patienceMs, readBack } = this.#options
    const put = this.#accepted.size
    let [last, since] = ['', performance.now()]
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(1.5 * wait, LAST_POLL_MS)) {
      const tag = await readTag(node, this.id, signal)
      const files = await this.#files.look(signal)
      const synced = Math.min(tag.synced - first.synced, put)
      const settled = tag.synced + tag.seen >= tag.split && tag.split >= first.split + put
      if (settled && files.settled) {
        const single = tag.seen > first.seen ? this.#singles() : []
        const proven = put - single.length + files.stored
        return { unproven: [...single, ...this.#files.doubtful()], proven }
      }
      report(synced + files.stored)
      const now = `${tag.synced + tag.seen + tag.split} ${files.synced}`
      if (now !== last) {
        ;[last, since, wait] = [now, performance.now(), FIRST_POLL_MS]
      } else if (performance.now() - since > patienceMs) {
        if (!readBack) throw this.#stalled(tag)
        const single = settled && tag.seen === first.seen ? [] : this.#singles()
        const proven = put - single.length + files.stored
        return { unproven: [...single, ...this.#files.unproven()], proven }
      }
      await pause(wait, signal, 'confirm')
    }
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

  #singles(): Provable[] {
    return [...this.#accepted].map(reference => ({ reference, leaves: 0 }))
  }

  /** What a second node is asked for although the tags prove it. */
  #demanded(): readonly Provable[] {
    const everything = [...this.#singles(), ...this.#files.all()]
    if (this.#options.evidence === 'all') return everything
    const sample = new Set<Provable>(this.#last ? [{ reference: this.#last, leaves: 0 }] : [])
    for (let i = 0; i < SAMPLED && everything.length > 0; i++) {
      const { reference, leaves } = everything[Math.floor(Math.random() * everything.length)]!
      sample.add({ reference, leaves, leaf: Math.floor(Math.random() * leaves) })
    }
    return [...sample]
  }
}

/** A tag or a chunk that vanished while it was waited for: whether the network has it, nobody can tell. */
function asUnavailable(error: unknown, stored: number, total: number): unknown {
  if (!(error instanceof NotFoundError)) return error
  return new UnavailableError(`${error.message}; the upload must be made again`, { stored, total }, error)
}
