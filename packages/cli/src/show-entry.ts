import type { LogEntry } from '@remote-log/client'
import type { Output } from './output.ts'

/**
 * Largest payload in bytes that stands inside a line of JSON. For a larger one the line has no payload, only its
 * `reference`: `remote-log cat --entry SEQ --raw` streams it.
 */
export const MAX_JSON_PAYLOAD_BYTES = 2 ** 24

const LINE_FEED = 0x0a

/** How entries are printed: each payload and a line feed, the payloads' bytes alone, or a line of JSON each. */
export type EntryFormat = 'lines' | 'raw' | 'json'

export async function showEntry(
  out: Output,
  entry: LogEntry,
  format: EntryFormat,
  signal: AbortSignal,
): Promise<void> {
  if (format === 'json') return out.json(await describeEntry(entry, signal))
  const { content } = entry
  if (content.kind === 'embedded') return out.write(format === 'raw' ? content.data : asLine(content.data))
  for await (const piece of entry.stream({ signal })) await out.write(piece)
  if (format === 'lines') await out.write('\n')
}

/** Payload and line feed in one piece: half the writes, and readers of a pipe see whole lines. */
function asLine(payload: Uint8Array): Uint8Array {
  const line = new Uint8Array(payload.length + 1)
  line.set(payload)
  line[payload.length] = LINE_FEED
  return line
}

/** The JSON form of an entry. `text` where the payload is UTF-8, else `base64`. */
export async function describeEntry(entry: LogEntry, signal: AbortSignal): Promise<object> {
  const { seq, timestamp, id, length, published, anchored, content } = entry
  const time = new Date(timestamp).toJSON()
  return {
    seq,
    timestamp,
    ...(time !== null && { time }),
    id,
    length,
    published,
    anchored,
    ...(content.kind === 'reference' && { reference: content.reference }),
    ...(length <= MAX_JSON_PAYLOAD_BYTES && payloadField(await entry.bytes({ signal }))),
  }
}

/** The payload as `text` where it is UTF-8, else as `base64`. */
export function payloadField(bytes: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') }
  }
}
