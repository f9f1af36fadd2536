import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { toJson } from './json.ts'

/** Thrown to unwind a command whose reader went away (`remote-log cat | head`). No error: the reader has enough. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe'
}

/**
 * Standard output with back pressure: a `write` resolves when the next one may follow, so that a log of any length
 * passes through in bounded memory.
 */
export class Output {
  readonly #stream: Writable
  readonly #broken = new AbortController()
  #failure: Error | undefined

  constructor(stream: Writable) {
    this.#stream = stream
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code === 'EPIPE' ? new BrokenPipe('the reader of the output went away') : error
      this.#broken.abort(this.#failure)
    })
  }

  /** Fires when nobody reads the output any more: commands that wait for news end then. */
  get closed(): AbortSignal {
    return this.#broken.signal
  }

  /** @throws BrokenPipe, or the stream's own error */
  async write(data: string | Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    if (!this.#stream.write(data)) {
      try {
        await once(this.#stream, 'drain', { signal: this.#broken.signal })
      } catch (error) {
        throw this.#failure ?? error
      }
    }
  }

  async line(text: string): Promise<void> {
    await this.write(`${text}\n`)
  }

  /** One JSON value on one line. */
  async json(value: unknown): Promise<void> {
    await this.write(`${toJson(value)}\n`)
  }
}
