import { request } from 'node:http'

/** An answer as it came, nothing decoded or followed. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Whether the connection was closed before the body had ended. */
  readonly cut: boolean
}

/** One plain HTTP request, without any header that was not asked for. */
export function ask(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
  body?: Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body ? { 'content-length': String(body.length) } : {}
    const asked = request(url, { method, headers: { ...headers, ...length } }, answer => {
      const pieces: Buffer[] = []
      answer.on('data', piece => pieces.push(piece))
      const answered = (cut: boolean) => () =>
        resolve({
          status: answer.statusCode!,
          headers: answer.headers as Record<string, string>,
          body: Buffer.concat(pieces),
          cut,
        })
      answer.on('error', answered(true))
      answer.on('end', answered(false))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** A request whose client goes away when so many bytes of the body are sent. Resolves when the connection is closed. */
export function abandon(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  sent: number,
): Promise<void> {
  return new Promise(resolve => {
    const length = { 'content-length': String(body.length) }
    const asked = request(url, { method, agent: false, headers: { ...headers, ...length } })
    asked.on('error', () => {})
    asked.on('close', resolve)
    asked.write(body.subarray(0, sent), () => asked.destroy())
  })
}
