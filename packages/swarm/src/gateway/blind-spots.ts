import type { Reference } from '@remote-log/core'
import { BLIND_MS, MOST_BLIND } from './limits.ts'

/**
 * Chunks that a node answered by a 5xx. A real Bee passes the peers that failed it over for a minute, so that it fails
 * for these chunks until then, whoever has them: they are asked for elsewhere first.
 */
export class BlindSpots {
  /** Until when, in Unix milliseconds; oldest first. */
  readonly #until = new Map<Reference, number>()

  add(reference: Reference): void {
    this.#until.delete(reference)
    this.#until.set(reference, Date.now() + BLIND_MS)
    if (this.#until.size > MOST_BLIND) this.#until.delete(this.#until.keys().next().value!)
  }

  has(reference: Reference): boolean {
    const until = this.#until.get(reference)
    if (until === undefined) return false
    if (until > Date.now()) return true
    this.#until.delete(reference)
    return false
  }
}
