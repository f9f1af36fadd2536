import { FORGIVENESS_MS, LEAST_USEFULNESS, USEFULNESS_WEIGHT } from './limits.ts'

/**
 * The share of requests to a gateway that gave what was asked for: newer ones weigh more, and with time it is given
 * another chance. So one that denies everything, quick as it may be, comes last.
 */
export class Usefulness {
  #lack = 0
  #at = 0

  get value(): number {
    return Math.max(LEAST_USEFULNESS, 1 - this.#lackNow())
  }

  /** A request ended, and gave it or not. */
  learn(useful: boolean): void {
    const lack = this.#lackNow()
    this.#lack = lack + USEFULNESS_WEIGHT * ((useful ? 0 : 1) - lack)
    this.#at = Date.now()
  }

  #lackNow(): number {
    return this.#lack === 0 ? 0 : this.#lack * 2 ** ((this.#at - Date.now()) / FORGIVENESS_MS)
  }
}
