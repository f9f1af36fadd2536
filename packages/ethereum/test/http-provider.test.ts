import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import { httpProvider, RegistryNameSystem } from '../src/index.ts'
import { CHAIN_ID } from './chain.ts'
import { A, startWorld, thrownBy } from './world.ts'

const SECRET = 'api-key-that-nobody-may-see'

/** An HTTP server on a free port; its URL holds a secret as those of RPC services do. */
async function serve(t: TestContext, listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise(resolve => server.close(resolve))
  }
  t.after(close)
  return { url: `http://127.0.0.1:${port}/v3/${SECRET}`, close }
}

async function bodyOf(
  request: AsyncIterable<unknown>,
): Promise<{ id: number; method: string; params: unknown[] }> {
  let text = ''
  for await (const part of request) text += String(part)
  return JSON.parse(text)
}

test('over HTTP heads are read and published', async t => {
  const world = await startWorld(t)
  const server = await serve(t, async (request, response) => {
    const { id, method, params } = await bodyOf(request)
    const result = await world.chain.provider.request({ method, params })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })
  const names = new RegistryNameSystem({ ...world.options, provider: server.url })
  await names.publish(world.log, undefined, A)
  assert.equal((await names.head(world.log)).head, A)
})

const bad: Record<string, RequestListener> = {
  'HTML with status 200': (_, response) =>
    response.setHeader('content-type', 'text/html').end('<h1>Sign in</h1>'),
  'HTML with status 502': (_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'),
  'status 500 and nothing': (_, response) => response.writeHead(500).end(),
  'status 429': (_, response) => response.writeHead(429).end('slow down'),
  'JSON that is no JSON-RPC': (_, response) => response.end('{"hello":"world"}'),
  'a JSON list': (_, response) => response.end('[]'),
  'an error of the node': (_, response) =>
    response.writeHead(500).end('{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"out of order"}}'),
  'a cut connection': (_, response) => response.destroy(),
}
for (const [what, listener] of Object.entries(bad)) {
  test(`a server that answers ${what} is UNAVAILABLE, and the error does not show the path of its URL`, async t => {
    const world = await startWorld(t)
    const server = await serve(t, listener)
    const names = new RegistryNameSystem({ ...world.options, provider: server.url })
    const error = await thrownBy(names.head(world.log))
    assert.equal(error.code, 'UNAVAILABLE')
    assert.ok(!inspect(error, { depth: 9 }).includes(SECRET))
  })
}

test('a port where nobody listens is UNAVAILABLE at once', async t => {
  const world = await startWorld(t)
  const server = await serve(t, () => {})
  await server.close()
  const names = new RegistryNameSystem({ ...world.options, provider: server.url })
  const error = await thrownBy(names.head(world.log))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.ok(!inspect(error, { depth: 9 }).includes(SECRET))
})

test('a signal stops a request that waits for its answer, and closes its connection', async t => {
  const arrived = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const server = await serve(t, (request, _response) => {
    request.socket.once('close', closed.resolve)
    arrived.resolve()
  })
  const world = await startWorld(t)
  const names = new RegistryNameSystem({ ...world.options, provider: server.url, chainId: CHAIN_ID })
  const stop = new AbortController()
  const error = thrownBy(names.head(world.log, { signal: stop.signal }))
  await arrived.promise
  stop.abort('enough')
  assert.equal((await error).code, 'ABORTED')
  assert.equal((await error).cause, 'enough')
  await closed.promise
})

test('what is no http or https URL without a password is INVALID_ARGUMENT, and is not repeated', () => {
  for (const url of [
    `ws://127.0.0.1/${SECRET}`,
    SECRET,
    `http://user:${SECRET}@127.0.0.1/`,
    `http://${SECRET}@127.0.0.1/`,
    `file:///${SECRET}`,
  ]) {
    assert.throws(
      () => httpProvider(url),
      (error: { code: string }) => error.code === 'INVALID_ARGUMENT' && !inspect(error).includes(SECRET),
    )
  }
})
