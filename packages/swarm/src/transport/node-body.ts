/** The part of Node's `IncomingMessage` through which a body comes. */
export interface NodeAnswer {
  on(event: 'data', listener: (piece: Uint8Array<ArrayBuffer>) => void): void
  on(event: 'end' | 'error' | 'close', listener: (error?: Error) => void): void
  pause(): void
  resume(): void
  destroy(): void
}

/** What is wrong where a connection closes without a reason. */
export function closed(): Error {
  return new DOMException('the connection closed', 'NetworkError')
}

/** Bytes that may wait for the reader before the connection is left to fill up. */
const MOST_WAITING = 1 << 18

/**
 * The body of an answer, piece by piece as it came, which `IncomingMessage`'s own iterator would join and so copy once
 * more. To be called when the answer begins: what becomes of it is heard from then on. It is read once, and throws where
 * the connection broke or the signal fired.
 */
export function nodeBody(
  answer: NodeAnswer,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const waiting: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  let end: 'whole' | Error | undefined
  let wake = () => {}
  answer.on('data', piece => {
    // No Buffer, which is a Uint8Array that slices otherwise.
    waiting.push(new Uint8Array(piece.buffer, piece.byteOffset, piece.length))
    bytes += piece.length
    if (bytes > MOST_WAITING) answer.pause()
    wake()
  })
  for (const event of ['end', 'error'] as const) {
    answer.on(event, (error?: Error) => {
      end ??= error ?? 'whole'
      wake()
    })
  }

  answer.on('close', () => {
    end ??= closed()
    wake()
  })

  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    try {
      for (;;) {
        // Of a request that is given up, Node throws away what waits, and ends the body as if it were whole.
        signal.throwIfAborted()
        if (waiting.length > 0) {
          bytes = 0
          yield* waiting.splice(0)
          answer.resume()
        } else if (end === 'whole') return
        else if (end) throw end
        else await new Promise<void>(resolve => (wake = resolve))
      }
    } finally {
      if (end === undefined) answer.destroy()
    }
  }
  return pieces()
}
