import {
  chunkPayload,
  NotFoundError,
  REFERENCE_BYTES,
  type Reference,
  referenceFromBytes,
  UnavailableError,
} from '@remote-log/core'
import { pause } from './abort-signals.ts'
import type { BeeNode } from './bee-node.ts'
import { FIRST_PAUSE_MS, LAST_PAUSE_MS, PROVERS } from './limits.ts'
import { isTransient } from './retry.ts'
import { postChunk, type UploadTarget } from './upload-requests.ts'

/** A chunk, or the root of a file with so many leaves right below it. */
export interface Provable {
  readonly reference: Reference
  readonly leaves: number
  /** Of the leaves only this one; left out: all. */
  readonly leaf?: number
}

export interface ChunkProofOptions extends UploadTarget {
  /** A second node: what it serves is in the network. */
  readonly readBack: BeeNode | undefined
  /** How long a second node may go on without serving any more of the chunks, in milliseconds. */
  readonly patienceMs: number
}

/**
 * Proves chunk by chunk that the network has it: by a read through a second node if there is one, else by pushing it
 * directly (no tag: the node answers when the network gave a receipt). Slow and sure.
 */
export class ChunkProof {
  readonly #options: ChunkProofOptions
  readonly #proven = new Set<Reference>()
  #lastProven = 0

  constructor(options: ChunkProofOptions) {
    this.#options = options
  }

  /** @param onProven told of each chunk once it is proven. @throws UNAVAILABLE, NOT_FOUND, REFUSED, CORRUPT, ABORTED */
  async prove(
    things: readonly Provable[],
    onProven: () => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#lastProven = performance.now()
    const queue = this.#references(things, signal)
    let failed = false
    const prover = async () => {
      try {
        for (let next = await queue.next(); !next.done && !failed; next = await queue.next()) {
          if (!this.#proven.has(next.value)) await this.#proveOne(next.value, signal)
          this.#proven.add(next.value)
          this.#lastProven = performance.now()
          onProven()
        }
      } catch (error) {
        failed = true
        throw error
      }
    }
    await Promise.all(Array.from({ length: PROVERS }, prover))
  }

  /** What a file consists of is read from its root, so that no list of all leaves is kept. */
  async *#references(
    things: readonly Provable[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Reference, void, undefined> {
    for (const { reference, leaves, leaf } of things) {
      yield reference
      if (leaves === 0) continue
      const payload = chunkPayload(await this.#options.node.chunk(reference, signal))
      for (let i = leaf ?? 0; i < (leaf === undefined ? leaves : leaf + 1); i++) {
        yield referenceFromBytes(payload.subarray(i * REFERENCE_BYTES, (i + 1) * REFERENCE_BYTES))
      }
    }
  }

  async #proveOne(reference: Reference, signal: AbortSignal | undefined): Promise<void> {
    const { node, readBack } = this.#options
    if (readBack) return this.#readElsewhere(readBack, reference, signal)
    // The node holds the chunk, so that reading it here asks no peer.
    const bytes = await node.chunk(reference, signal)
    await postChunk(this.#options, { reference, bytes }, undefined, signal)
  }

  /** A chunk takes its time to the second node, which may go on denying for a minute what it did not find at first. */
  async #readElsewhere(
    readBack: BeeNode,
    reference: Reference,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LAST_PAUSE_MS)) {
      try {
        await readBack.chunk(reference, signal)
        return
      } catch (error) {
        if (!(error instanceof NotFoundError || isTransient(error))) throw error
        if (performance.now() - this.#lastProven + wait > this.#options.patienceMs) {
          const url = readBack.connection.shownUrl
          const what = `${url} does not have chunk ${reference} of the upload yet; publish again later`
          throw new UnavailableError(what, { url, reference }, error)
        }
      }
      await pause(wait, signal, 'confirm')
    }
  }
}
