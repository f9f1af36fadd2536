import { fetchTransport } from './fetch-transport.ts'
import { nodeTransport } from './node-transport.ts'

/** A request as it goes out. */
export interface Outgoing {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** Ends the exchange wherever it stands. */
  readonly signal: AbortSignal
}

/** The head of an answer, and its body as it comes, to be read once; not compressed any more. */
export interface Incoming {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly body: AsyncIterable<Uint8Array>
}

/** What carries one HTTP exchange. It rejects where there is no answer, and the body where the rest of it does not come. */
export interface Transport {
  /** Bytes of a request's head that are neither its path, its host nor one of its headers. */
  readonly ownHeadBytes: number
  send(url: URL, request: Outgoing): Promise<Incoming>
}

/** Node's own HTTP client where this is Node, else the platform's `fetch`. */
export function platformTransport(): Transport {
  return nodeTransport() ?? fetchTransport((input, init) => globalThis.fetch(input, init))
}
