import type { RemoteLog } from '@remote-log/client'
import { awaitTurn } from './await-turn.ts'
import { leaveNote, type Shared } from './holder.ts'
import type { Runtime } from './runtime.ts'

/** How the log of a home folder is opened. */
export interface Opener {
  readonly home: Shared
  readonly command: string
  /** How long to wait for another process that has it. */
  readonly waitMs: number
  open(): Promise<RemoteLog>
  /** Told when it is closed. */
  closed(log: RemoteLog): void
}

/**
 * The log of a home folder, open while it is used and for a moment after: commands that live long (`tail -f`, `append`
 * behind a pipe) leave it to others in between.
 */
export class SharedLog {
  readonly #runtime: Runtime
  readonly #opener: Opener
  readonly #lingerMs: number
  #opened: { readonly log: RemoteLog; readonly takeNote: () => void } | undefined
  #closing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(runtime: Runtime, opener: Opener, lingerMs = 0) {
    this.#runtime = runtime
    this.#opener = opener
    this.#lingerMs = lingerMs
  }

  /** Opens the log if need be and hands it to `run`. One call at a time; what closing it met is thrown by the next one. @throws LOCKED, and what `run` throws */
  async use<R>(run: (log: RemoteLog) => Promise<R>): Promise<R> {
    clearTimeout(this.#timer)
    await this.#closing
    this.#opened ??= await this.#open()
    try {
      return await run(this.#opened.log)
    } finally {
      if (this.#lingerMs === 0) await this.close()
      else this.#timer = setTimeout(() => void this.close().catch(() => {}), this.#lingerMs)
    }
  }

  /** To be called at the end. */
  close(): Promise<void> {
    clearTimeout(this.#timer)
    const opened = this.#opened
    this.#opened = undefined
    if (!opened) return this.#closing ?? Promise.resolve()
    this.#closing = opened.log.close().then(() => {
      opened.takeNote()
      this.#opener.closed(opened.log)
    })
    return this.#closing
  }

  async #open(): Promise<{ log: RemoteLog; takeNote: () => void }> {
    const { home, command, waitMs, open } = this.#opener
    const log = await awaitTurn(this.#runtime, home, waitMs, open)
    return { log, takeNote: leaveNote(home, command) }
  }
}
