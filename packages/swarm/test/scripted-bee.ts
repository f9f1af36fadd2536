import type { TestContext } from 'node:test'
import { chunkReference, type Reference } from '@remote-log/core'
import { answeringServer } from './answering-server.ts'

/** What a scripted node says; tests change it while it runs. */
export interface Script {
  batch: Record<string, unknown>
  /** Status and body of `GET /stamps/{id}` in place of `batch`. */
  batchAnswer?: [number, string]
  /** The tag as it is asked for, counted from 0; a string is answered as 404. */
  tag: (asked: number, put: number) => { split: number; seen: number; synced: number } | string
  /** The tags made after the first, as `tag`, with what was put under that one; left out: settled. */
  laterTag?: (asked: number, put: number) => { split: number; seen: number; synced: number }
  /** Status and body of `POST /chunks`; undefined: stored. */
  putAnswer?: (reference: Reference, tag: string | undefined) => [number, string] | undefined
}

export const USABLE_BATCH = {
  batchID: 'ab'.repeat(32),
  label: '',
  amount: '1000',
  blockNumber: 1,
  usable: true,
  exists: true,
  batchTTL: 200_000,
  depth: 20,
  bucketDepth: 16,
  utilization: 2,
  immutableFlag: true,
}

/** A node that says what a test wants it to say about tags and batches: states that a real one rarely shows. */
export async function scriptedBee(t: TestContext, changes: Partial<Script> = {}) {
  const script: Script = { batch: USABLE_BATCH, tag: (_, put) => settled(put), ...changes }
  const chunks = new Map<Reference, Buffer>()
  const log: string[] = []
  let asked = 0
  let askedLater = 0
  /** Chunks put under each tag, by uid. */
  const under = new Map<number, number>()
  const first = 7
  const { url } = await answeringServer(t, async (request, response) => {
    const say = (status: number, body: unknown) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
    }
    const body = Buffer.concat(await Array.fromAsync(request))
    const tag = request.headers['swarm-tag'] as string | undefined
    const [, route, parameter] = request.url!.split('/')
    log.push(`${request.method} /${route}${tag ? ` under ${tag}` : ''}`)
    if (route === 'stamps') {
      const [status, answer] = script.batchAnswer ?? [200, { ...script.batch, batchID: parameter }]
      say(status, answer)
    } else if (route === 'tags') {
      const made = request.method === 'POST'
      const uid = made ? first + under.size : Number(parameter)
      if (made) under.set(uid, 0)
      const put = under.get(uid) ?? 0
      const later = () => script.laterTag?.(askedLater++, put) ?? settled(put)
      const state = made ? settled(0) : uid === first ? script.tag(asked++, put) : later()
      if (typeof state === 'string') say(404, { code: 404, message: state })
      else say(made ? 201 : 200, { ...state, uid, stored: 0, sent: 0, address: '' })
    } else if (request.method === 'POST') {
      const reference = chunkReference(body)
      const answer = script.putAnswer?.(reference, tag)
      if (answer) return say(...answer)
      chunks.set(reference, body)
      if (tag) under.set(Number(tag), (under.get(Number(tag)) ?? 0) + 1)
      say(201, { reference })
    } else {
      const bytes = chunks.get(parameter as Reference)
      if (bytes) response.writeHead(200, { 'content-type': 'binary/octet-stream' }).end(bytes)
      else say(404, { code: 404, message: 'chunk not found' })
    }
  })
  return { url, script, log, chunks }
}

/** A tag under which everything that was put is in the network. */
export function settled(put: number) {
  return { split: put, seen: 0, synced: put }
}
