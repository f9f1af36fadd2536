import { CHUNK_BYTES, InvalidArgumentError, MAX_PAYLOAD_BYTES } from '@remote-log/core'
import { orAborted } from './or-aborted.ts'

/** Bytes, text (kept as UTF-8), or a stream of bytes of up to 4 GiB (a web `ReadableStream` is one, and Node's too). */
export type Payload = Uint8Array | string | AsyncIterable<Uint8Array>

/** Most bytes handed on at once: 128 chunks. */
const MAX_PIECE_BYTES = 128 * CHUNK_BYTES

/** Whether the payload is still to come. */
export function isStream(payload: Payload): payload is AsyncIterable<Uint8Array> {
  return typeof payload !== 'string' && !(payload instanceof Uint8Array)
}

/**
 * A payload in pieces of at most 512 KiB. A stream that is left early, or that stays silent when the signal fires, is
 * told to end and not waited for.
 * @throws INVALID_ARGUMENT (longer than 4 GiB), ABORTED, TypeError (not bytes), and what the stream throws
 */
export async function* piecesOf(
  payload: Payload,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let length = 0
  for await (const piece of isStream(payload) ? bytesOf(payload, signal) : [inMemory(payload)]) {
    length += piece.length
    if (length > MAX_PAYLOAD_BYTES) {
      throw new InvalidArgumentError(`a payload has at most ${MAX_PAYLOAD_BYTES} bytes`, {
        limit: MAX_PAYLOAD_BYTES,
      })
    }
    for (let at = 0; at < piece.length; at += MAX_PIECE_BYTES) yield piece.subarray(at, at + MAX_PIECE_BYTES)
  }
}

async function* bytesOf(
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = iteratorOf(stream)
  let ended = false
  try {
    for (;;) {
      const next = await orAborted(source.next(), 'append', signal)
      ended = next.done === true
      if (next.done) return
      if (!(next.value instanceof Uint8Array)) {
        throw new TypeError(`a payload's stream gives Uint8Arrays, not ${typeof next.value}`)
      }
      yield next.value
    }
  } finally {
    if (!ended) void end(source)
  }
}

function iteratorOf(stream: unknown): AsyncIterator<unknown> {
  const make = (stream as { [Symbol.asyncIterator]?: unknown } | null | undefined)?.[Symbol.asyncIterator]
  if (typeof make !== 'function') {
    throw new TypeError(`a payload is a Uint8Array, a string or an async iterable, not ${typeof stream}`)
  }
  return (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]()
}

async function end(source: AsyncIterator<unknown>): Promise<void> {
  try {
    await source.return?.()
  } catch {
    // Whoever left the stream has a reason of its own; what the stream says at its end changes nothing.
  }
}

function inMemory(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
}
