import { InvalidArgumentError, type MessageId, parseMessageId } from '@remote-log/core'
import { parseTime } from './parse-option.ts'

/** An entry to append, as a line of JSON states it. */
export interface EntryToAppend {
  readonly payload: Uint8Array
  readonly timestamp?: number
  readonly id?: MessageId
}

/**
 * Reads one line of `append --jsonl`: a JSON string (the payload is its text), or an object with exactly one of
 * `text` (a string), `base64` (a string) and `json` (any value, stored as JSON without spaces), and, if wanted,
 * `timestamp` (Unix ms, or a time such as 2026-11-23T14:00:00Z) and `id` (64 hex digits). Other fields of `cat --json`
 * are ignored: its lines can be appended to another log as they are.
 * @throws InvalidArgumentError naming the line
 */
export function parseJsonEntry(line: Uint8Array, lineNumber: number): EntryToAppend {
  const fail = (why: string, cause?: unknown) =>
    new InvalidArgumentError(`line ${lineNumber}: ${why}`, { line: lineNumber }, cause)
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line))
  } catch (error) {
    throw fail('not JSON', error)
  }
  if (typeof value === 'string') return { payload: encode(value) }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fail('neither a string nor an object with "text", "base64" or "json"')
  }
  const object = value as Readonly<Record<string, unknown>>
  const payloads = ['text', 'base64', 'json'].filter(name => name in object)
  if (payloads.length !== 1) throw fail('needs exactly one of "text", "base64" and "json"')
  try {
    return {
      payload: payloadOf(object, payloads[0]!, fail),
      ...(object.timestamp !== undefined && { timestamp: parseTime(String(object.timestamp)) }),
      ...(object.id !== undefined && { id: parseMessageId(String(object.id)) }),
    }
  } catch (error) {
    throw error instanceof InvalidArgumentError && !error.message.startsWith('line ')
      ? fail(error.message, error)
      : error
  }
}

function payloadOf(
  object: Readonly<Record<string, unknown>>,
  name: string,
  fail: (why: string) => InvalidArgumentError,
): Uint8Array {
  const value = object[name]
  if (name === 'json') return encode(JSON.stringify(value))
  if (typeof value !== 'string') throw fail(`"${name}" must be a string`)
  if (name === 'text') return encode(value)
  const bytes = Buffer.from(value, 'base64')
  if (bytes.toString('base64') !== value) throw fail('"base64" is not base64')
  return new Uint8Array(bytes)
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
