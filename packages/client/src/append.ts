import {
  type Content,
  defaultMessageId,
  InvalidArgumentError,
  type MessageId,
  parseMessageId,
  ReadOnlyError,
  throwIfAborted,
} from '@remote-log/core'
import type { LogContext } from './context.ts'
import { type Payload, piecesOf } from './payload-pieces.ts'
import type { OperationOptions } from './progress.ts'
import { stagePayload } from './stage-payload.ts'
import type { Unsent } from './unsent.ts'

export interface EntryOptions {
  /** Unix time in milliseconds, at most 10 minutes ahead. Default: now. */
  readonly timestamp?: number | undefined
  /** The message's own id, e.g. an MVDS message id. Default: SHA-256 of the payload. */
  readonly id?: MessageId | undefined
}

export interface NewPayload extends EntryOptions {
  readonly payload: Payload
}

/** How far ahead of this device's clock a timestamp may be: one in the far future would blunt every search by time. */
export const MAX_AHEAD_MS = 10 * 60 * 1000

/** Gives the next free staging number. */
export type NextStaging = () => number

/**
 * Turns a payload into an entry for the queue: inside the page up to the inline limit, else staged by reference.
 * @throws READ_ONLY, INVALID_ARGUMENT (timestamp, id; longer than 4 GiB), UNAVAILABLE (local disk), ABORTED, and what
 * the payload's stream throws
 */
export async function prepareEntry(
  context: LogContext,
  item: NewPayload,
  nextStaging: NextStaging,
  options: OperationOptions,
): Promise<Unsent> {
  const embedded = prepareEmbedded(context, item)
  if (embedded) return embedded
  throwIfAborted(options.signal, 'append')
  const { inlineLimit } = context.settings
  const { timestamp, id } = checked(context, item)
  const source = piecesOf(item.payload, options.signal)
  try {
    const head: Uint8Array[] = []
    let length = 0
    let ended = false
    while (!ended && length <= inlineLimit) {
      const next = await source.next()
      if (next.done) {
        ended = true
      } else {
        head.push(new Uint8Array(next.value))
        length += next.value.length
      }
    }
    if (ended && inlineLimit > 0 && length <= inlineLimit) {
      return entryOf(timestamp, id, concat(head, length))
    }
    const staging = nextStaging()
    const staged = await stagePayload(context.local, staging, chain(head, source), options)
    return { timestamp, id: id ?? staged.id, content: staged.content, staging }
  } finally {
    await source.return()
  }
}

/** The entry where it needs no waiting: bytes or text within the inline limit. @throws as {@link prepareEntry} */
export function prepareEmbedded(context: LogContext, item: NewPayload): Unsent | undefined {
  const { settings } = context
  if (!settings.writable)
    throw new ReadOnlyError('this log was opened without a signer', { owner: context.id.owner })
  const { payload } = item
  const data = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  if (!(data instanceof Uint8Array) || data.length > settings.inlineLimit || settings.inlineLimit === 0)
    return undefined
  const { timestamp, id } = checked(context, item)
  return entryOf(timestamp, id, data)
}

function entryOf(timestamp: number, id: MessageId | undefined, data: Uint8Array): Unsent {
  const content: Content = { kind: 'embedded', data }
  return { timestamp, id: id ?? defaultMessageId(data), content }
}

function checked(
  { settings }: LogContext,
  { timestamp, id }: EntryOptions,
): { readonly timestamp: number; readonly id: MessageId | undefined } {
  const now = settings.now()
  const time = timestamp ?? now
  if (!Number.isSafeInteger(time) || time < 0) {
    throw new InvalidArgumentError(`a timestamp is a whole number of milliseconds since 1970, not ${time}`, {
      timestamp: time,
    })
  }
  if (time > now + MAX_AHEAD_MS) {
    throw new InvalidArgumentError(`the timestamp ${time} is ${time - now} ms ahead of this device's clock`, {
      timestamp: time,
      now,
      maxAheadMs: MAX_AHEAD_MS,
    })
  }
  return { timestamp: time, id: id === undefined ? undefined : parseMessageId(id) }
}

async function* chain(
  head: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* head
  yield* rest
}

function concat(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
