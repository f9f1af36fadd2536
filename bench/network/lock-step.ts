/** Milliseconds of silence, from the reader and from every server, after which a round is over. */
const SILENCE = 100

/**
 * Counts sequential rounds: holds back every answer until neither side has sent anything for a while, then lets all
 * through at once. Requests that do not need each other's answers fall into one round, however many there are;
 * a request that needs an answer can't come before the answer was let through.
 */
export class LockStep {
  rounds = 0
  #held: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  /** The reader sent something. */
  asked(): void {
    this.#wait()
  }

  /** A server answered. */
  hold(deliver: () => void): void {
    this.#held.push(deliver)
    this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#release()
  }

  #wait(): void {
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#silent(), SILENCE)
    else this.#timer.refresh()
  }

  #silent(): void {
    this.#timer = undefined
    if (this.#held.length === 0) return
    this.rounds++
    this.#release()
  }

  #release(): void {
    for (const deliver of this.#held.splice(0)) deliver()
  }
}
