/** Keeps the order of calls that take unequal time until they are ready. */
export class Line {
  #last: Promise<void> | undefined

  /** Whether somebody stands in line. */
  get empty(): boolean {
    return this.#last === undefined
  }

  /** Takes a place: `turn` resolves when all who came before have left. Whoever took a place must leave it. */
  join(): { readonly turn: Promise<void>; readonly leave: () => void } {
    const before = this.#last ?? Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const last = before.then(() => promise)
    this.#last = last
    const leave = () => {
      resolve()
      if (this.#last === last) this.#last = undefined
    }
    return { turn: before, leave }
  }
}
