import type { Incoming } from './transport/transport.ts'

/** What one request was and cost, for progress and statistics. */
export interface RequestReport {
  readonly method: string
  /** The route without its parameters, e.g. `/chunks/{address}`. */
  readonly route: string
  /** Status of the answer; 0 where there was none. */
  readonly status: number
  /** Bytes sent: the body, and an estimate of the head. */
  readonly bytesSent: number
  /** Bytes received: the body, and an estimate of the head. */
  readonly bytesReceived: number
  /** From the call until the last byte, in milliseconds. */
  readonly ms: number
}

/**
 * Estimates the bytes of a request's head as HTTP/1.1, without what its transport adds. `bodyBytes` is undefined for GET
 * and HEAD. A test compares it with what arrives.
 */
export function requestHeadBytes(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  bodyBytes: number | undefined,
): number {
  let bytes = method.length + 1 + url.pathname.length + url.search.length + url.host.length
  if (bodyBytes !== undefined) bytes += `content-length: ${bodyBytes}\r\n`.length
  for (const name in headers) bytes += name.length + headers[name]!.length + ': \r\n'.length
  return bytes
}

/** Estimates the bytes of an answer's head as HTTP/1.1. In browsers only headers that CORS exposes are counted. */
export function answerHeadBytes({ status, statusText, headers }: Incoming): number {
  let bytes = `HTTP/1.1 ${status} ${statusText}\r\n\r\n`.length
  headers.forEach((value, name) => {
    bytes += name.length + value.length + ': \r\n'.length
  })
  return bytes
}
