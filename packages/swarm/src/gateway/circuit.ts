import { AbortedError, CorruptError, UnavailableError } from '@remote-log/core'
import {
  type CircuitBreakerPolicy,
  CircuitState,
  CountBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel'
import {
  CIRCUIT_LEAST_SAMPLES,
  CIRCUIT_SAMPLES,
  CIRCUIT_THRESHOLD,
  FIRST_OPEN_MS,
  LAST_OPEN_MS,
} from './limits.ts'
import { isTaken } from './taken.ts'

/**
 * A gateway's circuit breaker: open while it mostly fails, and then closed again by one request that succeeds. It
 * ranks gateways; a request that has nowhere else to go is made through an open circuit too.
 */
export class Circuit {
  #policy = this.#closed()
  #probeAt = 0

  get state(): 'closed' | 'half-open' | 'open' {
    const { state } = this.#policy
    if (state === CircuitState.Closed) return 'closed'
    return state === CircuitState.Open ? 'open' : 'half-open'
  }

  /** When an open circuit lets the next request through, in Unix milliseconds. */
  get probeAt(): number {
    return this.#probeAt
  }

  /** Makes a request and counts how it ended. @throws what the request throws */
  async run<T>(request: () => Promise<T>): Promise<T> {
    const due = this.state === 'closed' || (this.state === 'open' && Date.now() >= this.#probeAt)
    if (due) {
      try {
        return await this.#policy.execute(request)
      } catch (error) {
        // It was not made: where the process stood still, the policy holds the circuit open longer than it said.
        if (!isBrokenCircuitError(error)) throw error
      }
    }
    const result = await request()
    this.#policy = this.#closed()
    return result
  }

  #closed(): CircuitBreakerPolicy {
    return circuitBreaker(
      handleWhen(error => this.#counts(error)),
      {
        breaker: new CountBreaker({
          threshold: CIRCUIT_THRESHOLD,
          size: CIRCUIT_SAMPLES,
          minimumNumberOfCalls: CIRCUIT_LEAST_SAMPLES,
        }),
        halfOpenAfter: new DelegateBackoff(({ attempt }: { attempt: number }) => {
          const ms = Math.min(LAST_OPEN_MS, FIRST_OPEN_MS * 2 ** (attempt - 1)) * (1 - Math.random() / 4)
          // A millisecond later than the policy, whose own clock starts after this.
          this.#probeAt = Date.now() + Math.ceil(ms) + 1
          return ms
        }),
      },
    )
  }

  /** An abort says nothing of the gateway, unless it was for being slow; as a probe it leaves the circuit open. */
  #counts(error: unknown): boolean {
    if (error instanceof AbortedError) return isTaken(error) || this.state === 'half-open'
    return error instanceof UnavailableError || error instanceof CorruptError
  }
}
