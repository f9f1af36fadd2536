/** What a pool has seen of one of its gateways since it was made. */
export interface GatewayHealth {
  /** Without user, password and query. */
  readonly url: string
  /**
   * `ready`: asked in turn. `failing`: its circuit is open. `resting`: it asked to be left alone (`Retry-After`).
   * `quarantined`: it sent wrong bytes. All but `resting` are still asked where nobody else can answer.
   */
  readonly state: 'ready' | 'failing' | 'resting' | 'quarantined'
  /** When it is asked in turn again, in Unix milliseconds, where it is not `ready`. */
  readonly until: number | undefined
  readonly requests: number
  /** Requests that it answered by what was asked for, verified. */
  readonly served: number
  /** Requests that it answered by saying that it does not have it. */
  readonly denied: number
  /** Requests that failed: no answer, or one that says nothing. */
  readonly failed: number
  /** Requests that were taken from it because it was silent, or another was faster. */
  readonly slow: number
  /** Answers whose bytes were not what the reference says. */
  readonly lies: number
  /** Moving average of the time to a verified answer, in milliseconds; undefined before the first. */
  readonly latencyMs: number | undefined
  /** 95th percentile of the newest answers, in milliseconds; undefined while there are too few. */
  readonly p95Ms: number | undefined
  /** Code and message of the newest failure or lie. */
  readonly lastError: string | undefined
}
