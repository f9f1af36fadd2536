import { HEDGE_BURST, HEDGE_SHARE } from './limits.ts'

/** Lets a share of all questions be asked twice: a slow network must not be made slower by doubling its load. */
export class HedgeBudget {
  #tokens = HEDGE_BURST
  #questions = 0
  #hedges = 0

  /** Questions put so far, and how many of them were put to a second gateway while the first was silent. */
  get counts(): { readonly questions: number; readonly hedges: number } {
    return { questions: this.#questions, hedges: this.#hedges }
  }

  question(): void {
    this.#questions++
    this.#tokens = Math.min(HEDGE_BURST, this.#tokens + HEDGE_SHARE)
  }

  /** Whether a duplicate may be made; counts it. */
  spend(): boolean {
    if (this.#tokens < 1) return false
    this.#tokens--
    this.#hedges++
    return true
  }
}
