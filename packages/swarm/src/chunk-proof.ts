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

/** A chunk, or the root of a file with so many leaves right below it. */
export interface Provable {
  readonly reference: Reference
  readonly leaves: number
  /** Of the leaves only this one; left out: all. */
  readonly leaf?: number
}

export interface ChunkProofOptions {
  readonly node: BeeNode
  /** A second node: what it serves is in the network. */
  readonly readBack: BeeNode
  /** How long a second node may go on without serving any more of the chunks, in milliseconds. */
  readonly patienceMs: number
}

/** Proves chunk by chunk that the network has it, by reads through a second node. */
export class ChunkProof {
  readonly #options: ChunkProofOptions
  readonly #proven = new Set<Reference>()
  #lastProven = 0

  constructor(options: ChunkProofOptions) {
    this.#options = options
  }

  /** @param onProven told of each chunk once it is proven. @throws UNAVAILABLE, NOT_FOUND, CORRUPT, ABORTED */
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
          if (!this.#proven.has(next.value)) await this.#readElsewhere(next.value, signal)
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

  /** A chunk takes its time to the second node, which may go on denying for a minute what it did not find at first. */
  async #readElsewhere(reference: Reference, signal: AbortSignal | undefined): Promise<void> {
    const { readBack, patienceMs } = this.#options
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LAST_PAUSE_MS)) {
      try {
        await readBack.chunk(reference, signal)
        return
      } catch (error) {
        if (!(error instanceof NotFoundError || isTransient(error))) throw error
        if (performance.now() - this.#lastProven + wait > patienceMs) {
          const url = readBack.connection.shownUrl
          const what = `${url} does not have chunk ${reference} of the upload yet; publish again later`
          throw new UnavailableError(what, { url, reference }, error)
        }
      }
      await pause(wait, signal, 'confirm')
    }
  }
}
