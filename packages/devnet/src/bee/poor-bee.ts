import { InvalidArgumentError } from '@remote-log/core'

/**
 * How a node behaves that can pay its peers in time alone, as the recorded pair did under load
 * (test/vectors/bee/README.md). A poor node holds what it took or fetched itself; for everything else it asks peers.
 */
export interface PoorBee {
  /** Chunks a second between this node and its peers, both ways, once `burst` is spent. Default 10. */
  readonly allowancePerSecond?: number | undefined
  /** Chunks that may go at once after a pause: the first allowance. Default 300. */
  readonly burst?: number | undefined
  /** Reads by `GET /chunks` and `GET /soc` that may wait for allowance; others are answered by 500. Default 8. */
  readonly waitingReads?: number | undefined
  /** Milliseconds for which a chunk that was refused, or that nobody had, is refused again. Default 60,000. */
  readonly blindMs?: number | undefined
  /** Requests that may be under way, as gateways limit them; others are answered by 429. Default: any number. */
  readonly requestsAtOnce?: number | undefined
}

export type PoorSettings = { readonly [K in keyof PoorBee]-?: NonNullable<PoorBee[K]> }

/** With defaults. @throws INVALID_ARGUMENT */
export function poorSettings(poor: PoorBee): PoorSettings {
  const settings: PoorSettings = {
    allowancePerSecond: poor.allowancePerSecond ?? 10,
    burst: poor.burst ?? 300,
    waitingReads: poor.waitingReads ?? 8,
    blindMs: poor.blindMs ?? 60_000,
    requestsAtOnce: poor.requestsAtOnce ?? Number.POSITIVE_INFINITY,
  }
  const least = { allowancePerSecond: 0.001, burst: 1, waitingReads: 0, blindMs: 0, requestsAtOnce: 1 }
  for (const name of Object.keys(least) as (keyof PoorSettings)[]) {
    if (settings[name] >= least[name]) continue
    const what = `${name} of a poor Bee must be at least ${least[name]}, not ${settings[name]}`
    throw new InvalidArgumentError(what, { want: least[name], got: settings[name] })
  }
  return settings
}
