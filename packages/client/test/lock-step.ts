/**
 * A network of which every answer takes one round trip: requests wait until nothing else can go on, then all of them
 * are answered at once. So `rounds` is the length of the longest chain of requests that wait for each other.
 */
export class LockStep {
  rounds = 0
  requests = 0
  #waiting: (() => void)[] = []

  /** Hand this over as `onCall` of every part of the network. */
  readonly onCall = (): Promise<void> => {
    this.requests++
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#waiting.push(resolve) === 1) this.#answerWhenQuiet(QUIET_TURNS)
    return promise
  }

  #answerWhenQuiet(turns: number): void {
    setImmediate(() => {
      if (turns > 0) {
        this.#answerWhenQuiet(turns - 1)
        return
      }
      this.rounds++
      const answered = this.#waiting
      this.#waiting = []
      for (const answer of answered) answer()
    })
  }
}

/** Turns of the event loop in which a client with a database in memory has sent whatever it can send. */
const QUIET_TURNS = 20
