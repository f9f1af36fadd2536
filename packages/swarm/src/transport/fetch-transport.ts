import type { Transport } from './transport.ts'

/**
 * What Node's fetch (undici) adds by itself; fetch does not tell what it sends. Browsers send more (about 400 bytes),
 * HTTP/2 less.
 */
const OWN_HEAD =
  ' HTTP/1.1\r\nhost: \r\nconnection: keep-alive\r\naccept: */*\r\naccept-language: *\r\nsec-fetch-mode: cors\r\nuser-agent: node\r\naccept-encoding: gzip, deflate\r\n\r\n'

/** Exchanges by `fetch`, the platform's or one that was given. */
export function fetchTransport(send: typeof fetch): Transport {
  return {
    ownHeadBytes: OWN_HEAD.length,
    async send(url, { method, headers, body, signal }) {
      const init = { method, headers, signal, ...(body && { body: body as BodyInit }) }
      const response = await send(url, init)
      const { status, statusText } = response
      return { status, statusText, headers: response.headers, body: piecesOf(response) }
    },
  }
}

/** Not by the stream's own iterator, which not every browser has. */
async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body?.getReader()
  for (;;) {
    const piece = await reader?.read()
    if (!piece?.value) return
    yield piece.value
  }
}
