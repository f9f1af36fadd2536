import {
  type Content,
  defaultMessageId,
  InvalidArgumentError,
  type MessageId,
  ReadOnlyError,
  throwIfAborted,
} from '@remote-log/core'
import type { LogContext } from './context.ts'
import type { OperationOptions } from './progress.ts'
import { stagePayload } from './stage-payload.ts'
import type { Unsent } from './unsent.ts'

/** Bytes, text (kept as UTF-8), or a stream of bytes of up to 4 GiB (a web `ReadableStream` is one, and Node's too). */
export type Payload = Uint8Array | string | AsyncIterable<Uint8Array>

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
 * @throws READ_ONLY, INVALID_ARGUMENT (timestamp; longer than 4 GiB), ABORTED
 */
export async function prepareEntry(
  context: LogContext,
  { payload, timestamp, id }: NewPayload,
  nextStaging: NextStaging,
  options: OperationOptions = {},
): Promise<Unsent> {
  const embedded = prepareEmbedded(context, { payload, timestamp, id })
  if (embedded) return embedded
  throwIfAborted(options.signal, 'append')
  const time = checkedTime(context, timestamp)
  const { head, rest } = await peek(payload, context.settings.inlineLimit)
  if (rest === undefined && head.length <= context.settings.inlineLimit && context.settings.inlineLimit > 0) {
    return entryOf(time, id, { kind: 'embedded', data: head })
  }
  const staging = nextStaging()
  const staged = await stagePayload(context.local, staging, joined(head, rest), options)
  return { timestamp: time, id: id ?? staged.id, content: staged.content, staging }
}

/** The entry where it needs no waiting: bytes or text within the inline limit. */
export function prepareEmbedded(
  context: LogContext,
  { payload, timestamp, id }: NewPayload,
): Unsent | undefined {
  const { settings } = context
  if (!settings.writable)
    throw new ReadOnlyError('this log was opened without a signer', { owner: context.id.owner })
  const data = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  if (!(data instanceof Uint8Array) || data.length > settings.inlineLimit || settings.inlineLimit === 0)
    return undefined
  return entryOf(checkedTime(context, timestamp), id, { kind: 'embedded', data })
}

function entryOf(
  timestamp: number,
  id: MessageId | undefined,
  content: Content & { kind: 'embedded' },
): Unsent {
  return { timestamp, id: id ?? defaultMessageId(content.data), content }
}

function checkedTime({ settings }: LogContext, timestamp: number | undefined): number {
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
  return time
}

/** The first bytes of a payload, just over `limit` if there are so many, and the stream of the rest if it goes on. */
async function peek(
  payload: Payload,
  limit: number,
): Promise<{ readonly head: Uint8Array; readonly rest: AsyncIterator<Uint8Array> | undefined }> {
  if (typeof payload === 'string') return { head: new TextEncoder().encode(payload), rest: undefined }
  if (payload instanceof Uint8Array) return { head: payload, rest: undefined }
  const source = payload[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  let length = 0
  while (length <= limit) {
    const { done, value } = await source.next()
    if (done) return { head: concat(pieces, length), rest: undefined }
    pieces.push(value)
    length += value.length
  }
  return { head: concat(pieces, length), rest: source }
}

async function* joined(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array> | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield head
  try {
    for (let next = await rest?.next(); next && !next.done; next = await rest!.next()) yield next.value
  } finally {
    await rest?.return?.()
  }
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
