import { type RemoteLogError, throwIfAborted } from '@remote-log/core'
import { type NewPayload, prepareEmbedded, prepareEntry } from './append.ts'
import type { Appended, Appender } from './appender.ts'
import type { LogContext } from './context.ts'
import { Line } from './line.ts'
import { isStream } from './payload-pieces.ts'
import type { OperationOptions } from './progress.ts'
import { dropStaged } from './stage-payload.ts'
import type { Unsent } from './unsent.ts'

/**
 * Brings payloads into the queue. Calls with payloads in memory keep their order; a stream takes its place when it has
 * ended, so that a slow one holds up nobody.
 */
export class Intake {
  readonly #context: LogContext
  readonly #appender: Appender
  readonly #line = new Line()
  #nextStaging: number

  constructor(context: LogContext, appender: Appender, nextStaging: number) {
    this.#context = context
    this.#appender = appender
    this.#nextStaging = nextStaging
  }

  /** @throws as `prepareEntry`, UNAVAILABLE (local disk): none of the entries is in the log then */
  async append(items: readonly NewPayload[], options: OperationOptions): Promise<Appended[]> {
    throwIfAborted(options.signal, 'append')
    const atOnce = this.#line.empty ? this.#embedded(items) : undefined
    if (atOnce) return await this.#appender.add(atOnce)
    const place = items.some(({ payload }) => isStream(payload)) ? undefined : this.#line.join()
    const entries: Unsent[] = []
    let added: Promise<Appended[]>
    try {
      for (const item of items) {
        entries.push(await prepareEntry(this.#context, item, () => this.#nextStaging++, options))
      }
      await place?.turn
      throwIfAborted(options.signal, 'append')
      added = this.#appender.add(entries)
    } catch (error) {
      await this.#drop(entries)
      throw error
    } finally {
      place?.leave()
    }
    return await added.catch(async (error: RemoteLogError) => {
      await this.#drop(entries)
      throw error
    })
  }

  /** The entries, where none needs any waiting. */
  #embedded(items: readonly NewPayload[]): Unsent[] | undefined {
    const entries: Unsent[] = []
    for (const item of items) {
      const entry = prepareEmbedded(this.#context, item)
      if (!entry) return undefined
      entries.push(entry)
    }
    return entries
  }

  #drop(entries: readonly Unsent[]): Promise<void> {
    const stagings = entries.flatMap(({ staging }) => (staging === undefined ? [] : [staging]))
    return dropStaged(this.#context.local, stagings)
  }
}
