import type { ServerResponse } from 'node:http'
import type { Allowance } from './allowance.ts'
import { Refusal } from './http/refusal.ts'

/** Who may enter a node: nobody while it is still being built, and not too many at once where it is poor. */
export class Admission {
  readonly #allowance: Allowance
  readonly #ready: () => boolean
  #inside = 0

  constructor(allowance: Allowance, ready: () => boolean) {
    this.#allowance = allowance
    this.#ready = ready
  }

  /** Whether the node has started up (Bee: /readiness). */
  get ready(): boolean {
    return this.#ready()
  }

  /** @param response closes when the request was answered. @throws Refusal 429, 503 */
  admit(technical: boolean, response: ServerResponse): void {
    if (!technical && !this.#ready()) {
      throw new Refusal(503, 'Node is syncing. This endpoint is unavailable. Try again later.')
    }
    const most = this.#allowance.settings?.requestsAtOnce ?? Number.POSITIVE_INFINITY
    if (this.#inside >= most) throw new Refusal(429, 'Too Many Requests')
    this.#inside++
    response.once('close', () => {
      this.#inside--
    })
  }
}
