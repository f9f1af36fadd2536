import { InvalidArgumentError } from '@remote-log/core'

/** Longest line in bytes: a line is held in memory whole. Longer payloads are streamed with `append --whole`. */
export const MAX_LINE_BYTES = 2 ** 24

const LINE_FEED = 0x0a

/**
 * Cuts a stream of bytes at line feeds, which are dropped; a last line needs none. Bytes stay as they are: no
 * decoding, and a carriage return belongs to its line. Yields the lines that each piece of input completes as one
 * batch, so that a slow stream (`journalctl -f`) is not held back and a file goes in large steps.
 * @throws InvalidArgumentError (a line over {@link MAX_LINE_BYTES})
 */
export async function* lineBatches(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let begun: Uint8Array[] = []
  let begunBytes = 0
  let count = 0
  for await (const piece of input) {
    const batch: Uint8Array[] = []
    let from = 0
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, from)) {
      batch.push(joined(begun, piece.subarray(from, at)))
      begun = []
      begunBytes = 0
      from = at + 1
    }
    if (from < piece.length) {
      begun.push(piece.subarray(from))
      begunBytes += piece.length - from
    }
    count += batch.length
    if (begunBytes > MAX_LINE_BYTES) {
      throw new InvalidArgumentError(
        `line ${count + 1} is longer than ${MAX_LINE_BYTES} bytes: use \`append --whole\` for large payloads`,
        { line: count + 1, limitBytes: MAX_LINE_BYTES },
      )
    }
    if (batch.length > 0) yield batch
  }
  if (begun.length > 0) yield [joined(begun, new Uint8Array(0))]
}

function joined(begun: readonly Uint8Array[], end: Uint8Array): Uint8Array {
  return begun.length === 0 ? new Uint8Array(end) : new Uint8Array(Buffer.concat([...begun, end]))
}
