import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SwarmStore } from '../src/index.ts'
import { answeringServer, unusedUrl } from './answering-server.ts'

test('warmUp opens as many connections as a first burst uses, and asks for nothing else', async t => {
  const asked: string[] = []
  const four = Promise.withResolvers<void>()
  const server = await answeringServer(t, ({ method, url }, response) => {
    if (asked.push(`${method} ${url}`) === 4) four.resolve()
    // Each is open until all are: a connection is used by one request at a time.
    void four.promise.then(() => response.end('{"status":"ok"}'))
  })
  new SwarmStore({ url: server.url }).warmUp()
  await four.promise
  assert.deepEqual(asked, Array(4).fill('GET /health'))
})

test('warmUp of a node that is not there, or has no such route, fails silently', async t => {
  const answered = Promise.withResolvers<void>()
  const server = await answeringServer(t, (_, response) => {
    response.writeHead(404).end('not here', () => answered.resolve())
  })
  new SwarmStore({ url: server.url, maxInFlight: 1 }).warmUp()
  await answered.promise
  const nobody = new SwarmStore({ url: await unusedUrl() })
  nobody.warmUp()
  await assert.rejects(nobody.get('00'.repeat(32) as never), { code: 'UNAVAILABLE' })
})
