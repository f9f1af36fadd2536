import { makeChunk } from '@remote-log/core'
import { type Answer, ask } from './replay/ask.ts'
import { payload } from './replay/material.ts'

/** Plain requests to a node, in the words of the tests. */
export class BeeClient {
  readonly url: string
  readonly batch: string

  constructor(url: string, batch: string) {
    this.url = url
    this.batch = batch
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return ask(this.url + path, 'GET', headers)
  }

  post(path: string, body?: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    return ask(this.url + path, 'POST', { 'swarm-postage-batch-id': this.batch, ...headers }, body)
  }

  async json<T = Record<string, unknown>>(path: string): Promise<T> {
    return parse(await this.get(path))
  }

  async newTag(): Promise<number> {
    return parse<{ uid: number }>(await this.post('/tags')).uid
  }

  putChunk(seed: string, tag?: number): Promise<Answer> {
    return this.post('/chunks', chunkOf(seed).bytes, tag ? { 'swarm-tag': String(tag) } : {})
  }
}

export function parse<T = Record<string, unknown>>({ body }: Answer): T {
  return JSON.parse(body.toString()) as T
}

export function chunkOf(seed: string, length = 200) {
  return makeChunk(payload(seed, length))
}
