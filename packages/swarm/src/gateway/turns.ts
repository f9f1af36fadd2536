import type { Reference } from '@remote-log/core'
import type { Gateway } from './gateway.ts'
import { TURNS_LOOKED_THROUGH } from './limits.ts'

/** A question that waits for a gateway. */
export interface Turn {
  readonly reference: Reference
  /** The gateways that it can still be put to; it has its answer where there is none. */
  candidates(): readonly Gateway[]
  /** It is this gateway's turn: the request has to begin at once. */
  begin(gateway: Gateway): void
  /** There is nobody left to be asked. */
  end(): void
}

/** Questions of all callers that wait until the gateway which suits them best has room; first come, first served. */
export class Turns {
  readonly #queue: Turn[] = []
  readonly #gateways: () => readonly Gateway[]
  #looking = false

  constructor(gateways: () => readonly Gateway[]) {
    this.#gateways = gateways
  }

  wait(turn: Turn): void {
    if (this.#queue.length === 0 && this.#give(turn, 0)) return
    this.#queue.push(turn)
    this.look()
  }

  leave(turn: Turn): void {
    const at = this.#queue.indexOf(turn)
    if (at >= 0) this.#queue.splice(at, 1)
  }

  /** Gives turns to whoever can have one now. To be called when a request has ended. */
  look(): void {
    if (this.#looking) return
    this.#looking = true
    for (let at = 0; at < Math.min(this.#queue.length, TURNS_LOOKED_THROUGH) && this.#anyRoom(); ) {
      const turn = this.#queue[at]!
      this.#queue.splice(at, 1)
      if (!this.#give(turn, at)) this.#queue.splice(at++, 0, turn)
    }
    this.#looking = false
  }

  #anyRoom(): boolean {
    return this.#gateways().some(gateway => gateway.hasRoom)
  }

  /** @param ahead turns that were there before this one */
  #give(turn: Turn, ahead: number): boolean {
    const best = preferred(turn.candidates(), turn.reference, ahead)
    if (best === undefined) turn.end()
    else if (best.hasRoom) turn.begin(best)
    else return false
    return true
  }
}

/** Lowest rank first, then lowest cost; the configured order where these are alike. */
export function preferred(
  gateways: readonly Gateway[],
  reference: Reference,
  ahead: number,
): Gateway | undefined {
  let best: { readonly gateway: Gateway; readonly rank: number; readonly cost: number } | undefined
  for (const gateway of gateways) {
    const [rank, cost] = [gateway.rank(reference), gateway.cost(ahead)]
    if (best && (rank > best.rank || (rank === best.rank && cost >= best.cost))) continue
    best = { gateway, rank, cost }
  }
  return best?.gateway
}
