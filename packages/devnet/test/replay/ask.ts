import { request } from 'node:http'

/** An answer as it came, nothing decoded or followed. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
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
      answer.on('error', reject)
      answer.on('end', () => {
        resolve({
          status: answer.statusCode!,
          headers: answer.headers as Record<string, string>,
          body: Buffer.concat(pieces),
        })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
