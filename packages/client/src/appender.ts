import type { MessageId } from '@remote-log/core'
import { nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { encodeUnsent, type Unsent } from './unsent.ts'

/** An entry that is durable on this device. */
export interface Appended {
  /** Its place in the log: provisional until it is published, since another device may come first. */
  readonly seq: number
  /** Its id, for ever. */
  readonly id: MessageId
  /** Unix time in milliseconds. */
  readonly timestamp: number
}

interface Waiting {
  readonly entries: readonly Unsent[]
  /** Encoded when they came: the caller's bytes are the caller's again. */
  readonly encoded: readonly Uint8Array[]
  readonly resolve: (appended: Appended[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes unsent entries in the order of their calls. While one write is under way, calls that come in are gathered and
 * written together (group commit), so that many small appends share the wait for the disk.
 */
export class Appender {
  readonly #context: LogContext
  #waiting: Waiting[] = []
  /** What is being written, or keeps others from writing. */
  #busy: Promise<void> | undefined

  constructor(context: LogContext) {
    this.#context = context
  }

  /**
   * Resolves when all of these entries are as durable as the log's setting says.
   * @throws UNAVAILABLE (disk full …): none of them is in the log then
   */
  add(entries: readonly Unsent[]): Promise<Appended[]> {
    const encoded = entries.map(encodeUnsent)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, encoded, resolve, reject })
      this.#busy ??= Promise.resolve().then(() => this.#write())
    })
  }

  /** Runs `task` while nothing is written to the queue. */
  async paused(task: () => Promise<void>): Promise<void> {
    while (this.#busy) await this.#busy
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#busy = promise
    try {
      await task()
    } finally {
      this.#busy = this.#waiting.length > 0 ? promise.then(() => this.#write()) : undefined
      resolve()
    }
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) await this.#writeGroup()
    this.#busy = undefined
  }

  async #writeGroup(): Promise<void> {
    const { local, settings, state } = this.#context
    const group = this.#waiting
    this.#waiting = []
    try {
      const { next } = state.unsent
      const changes = group
        .flatMap(({ encoded }) => encoded)
        .map((entry, i) => local.putUnsent(next + i, entry))
      await local.write(changes, settings.durability === 'disk')
      let seq = (state.anchor ? nextSeqOf(state.anchor.page) : 0) + next - state.unsent.first
      state.unsent = { ...state.unsent, next: next + changes.length }
      for (const { entries, resolve } of group) {
        resolve(entries.map(({ id, timestamp }) => ({ seq: seq++, id, timestamp })))
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}
