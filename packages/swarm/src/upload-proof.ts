import type { BeeNode } from './bee-node.ts'
import { ChunkProof, type Provable } from './chunk-proof.ts'
import { GROUPS_AT_ONCE, PUSHED_TOGETHER } from './limits.ts'
import { PushAgain, type PushAgainOptions } from './pushed-again.ts'

export interface UploadProofOptions extends PushAgainOptions {
  /** A second node, whose reads are the proof where there is one. */
  readonly readBack: BeeNode | undefined
}

/** Proves that the network has chunks of which no tag proves it: by a second node that serves them, else by pushing again. */
export class UploadProof {
  readonly #elsewhere: ChunkProof | undefined
  readonly #again: PushAgain

  constructor(options: UploadProofOptions) {
    const { readBack } = options
    this.#elsewhere = readBack && new ChunkProof({ ...options, readBack })
    this.#again = new PushAgain(options)
  }

  /**
   * @param onProven told of each number of chunks that is proven
   * @throws UNAVAILABLE, NOT_FOUND, REFUSED, CORRUPT, ABORTED
   */
  async prove(
    things: readonly Provable[],
    onProven: (chunks: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#elsewhere) return this.#elsewhere.prove(things, () => onProven(1), signal)
    const groups = grouped(things)
    let failed = false
    const prover = async () => {
      try {
        for (const group of groups) {
          if (failed) return
          onProven(await this.#again.prove(group, signal))
        }
      } catch (error) {
        failed = true
        throw error
      }
    }
    await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, prover))
  }

  /** What is demanded of the second node although the tags prove it. */
  async demand(things: readonly Provable[], signal: AbortSignal | undefined): Promise<void> {
    if (this.#elsewhere) await this.#elsewhere.prove(things, () => {}, signal)
  }
}

/** Each file by itself, single chunks together: one tag for each group. */
function* grouped(things: readonly Provable[]): Generator<readonly Provable[], void> {
  const singles = things.filter(({ leaves }) => leaves === 0)
  for (let at = 0; at < singles.length; at += PUSHED_TOGETHER) yield singles.slice(at, at + PUSHED_TOGETHER)
  for (const file of things) if (file.leaves > 0) yield [file]
}
