import { type MessageId, RemoteLogError, UnavailableError } from '@remote-log/core'
import { nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import type { LocalChange } from './local-database.ts'
import type { Unsent } from './unsent.ts'

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
  readonly changes: LocalChange[]
  readonly ordinal: number
  readonly done: (error?: unknown) => void
}

/**
 * Writes unsent entries in the order of their calls. While one write is under way, calls that come in are gathered and
 * written together (group commit), so that many small appends share the wait for the disk.
 */
export class Appender {
  readonly #context: LogContext
  #waiting: Waiting[] = []
  #writing = false

  constructor(context: LogContext) {
    this.#context = context
  }

  /** Resolves when all of these entries are as durable as the log's setting says. @throws UNAVAILABLE (disk full …) */
  add(entries: readonly Unsent[]): Promise<Appended[]> {
    const { local, state } = this.#context
    const base = (state.anchor ? nextSeqOf(state.anchor.page) : 0) - state.unsent.first
    const ordinal = state.unsent.next
    const changes = entries.map((entry, i) => local.putUnsent(ordinal + i, entry))
    state.unsent = { ...state.unsent, next: ordinal + entries.length }
    const appended = entries.map(({ id, timestamp }, i) => ({ seq: base + ordinal + i, id, timestamp }))
    return new Promise((resolve, reject) => {
      const done = (error?: unknown) => (error === undefined ? resolve(appended) : reject(error))
      this.#waiting.push({ changes, ordinal, done })
      if (!this.#writing) void this.#write()
    })
  }

  async #write(): Promise<void> {
    this.#writing = true
    const { local, settings, state } = this.#context
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        const changes = group.length === 1 ? group[0]!.changes : group.flatMap(({ changes }) => changes)
        await local.write(changes, settings.durability === 'disk')
        for (const { done } of group) done()
      } catch (cause) {
        const failed = [...group, ...this.#waiting]
        this.#waiting = []
        state.unsent = { ...state.unsent, next: group[0]!.ordinal }
        const error =
          cause instanceof RemoteLogError
            ? cause
            : new UnavailableError('the entry could not be written to the local database', {}, cause)
        for (const { done } of failed) done(error)
      }
    }
    this.#writing = false
  }
}
