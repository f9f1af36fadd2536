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
 * The request line and the headers that Node's fetch (undici) adds by itself, in bytes without path and host: fetch
 * does not tell what it sends. Browsers send more (about 400), HTTP/2 less. A test compares it with what arrives.
 */
const REQUEST_HEAD_BYTES =
  ' HTTP/1.1\r\nhost: \r\nconnection: keep-alive\r\naccept: */*\r\naccept-language: *\r\nsec-fetch-mode: cors\r\nuser-agent: node\r\naccept-encoding: gzip, deflate\r\n\r\n'
    .length

/** Estimates the bytes of a request's head as HTTP/1.1 from Node. `bodyBytes` is undefined for GET and HEAD. */
export function requestHeadBytes(
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  bodyBytes: number | undefined,
): number {
  let bytes =
    method.length + 1 + url.pathname.length + url.search.length + url.host.length + REQUEST_HEAD_BYTES
  if (bodyBytes !== undefined) bytes += `content-length: ${bodyBytes}\r\n`.length
  for (const name in headers) bytes += name.length + headers[name]!.length + ': \r\n'.length
  return bytes
}

/** Estimates the bytes of an answer's head as HTTP/1.1. In browsers only headers that CORS exposes are counted. */
export function answerHeadBytes(response: Response): number {
  let bytes = `HTTP/1.1 ${response.status} ${response.statusText}\r\n\r\n`.length
  response.headers.forEach((value, name) => {
    bytes += name.length + value.length + ': \r\n'.length
  })
  return bytes
}
