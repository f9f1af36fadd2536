import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Exchange } from '../src/bee/http/exchange.ts'

const STEP = Array.from({ length: 128 }, () => new Uint8Array(4096))

/** Serves a body without end, and asks for it. */
async function begin(t: { after(done: () => void): void }) {
  let steps = 0
  const ended = Promise.withResolvers<number>()
  async function* body(): AsyncGenerator<readonly Uint8Array[], void> {
    try {
      for (; ; steps++) yield STEP
    } finally {
      ended.resolve(steps)
    }
  }
  const answered = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    const upgrade = () => Promise.reject(new Error('no WebSocket here'))
    const place = { path: {}, query: {}, always: {}, content: true, upgrade }
    answered.resolve(
      new Exchange({ request, response, ...place }).stream(200, body(), {
        'Content-Length': String(2 ** 40),
      }),
    )
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return { request, response, ended: ended.promise, answered: answered.promise, steps: () => steps }
}

test('of a body that nobody reads no more is made than sockets take, and it ends when the client leaves', {
  timeout: 30_000,
}, async t => {
  const { request, ended, answered, steps } = await begin(t)
  // A turn in which no step was made: the answer waits for the client.
  for (let before = -1; before < steps(); ) {
    before = steps()
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.ok(steps() < 100, `${steps()} steps of half a megabyte`)
  request.destroy()
  assert.ok((await ended) < 100)
  await answered
})

test('a client that leaves while it reads ends the body too', { timeout: 30_000 }, async t => {
  const { request, response, ended, answered, steps } = await begin(t)
  response.on('data', () => steps() > 5 && request.destroy())
  assert.ok((await ended) > 5)
  await answered
})
