import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { expectCode, seededBytes } from '@remote-log/conformance'
import { makeChunk } from '@remote-log/core'
import { BeeConnection } from '../src/bee-connection.ts'
import { SwarmStore } from '../src/index.ts'
import { nodeTransport } from '../src/transport/node-transport.ts'
import { answeringServer } from './answering-server.ts'

const chunk = makeChunk(seededBytes('chunk', 4096))

/** Reads the chunk from the node at the URL that it is given. */
const READER = `
  import { SwarmStore } from '../src/index.ts'
  await new SwarmStore({ url: process.argv[1], retryMs: 0 }).get('${chunk.reference}')
  process.stdout.write('${chunk.reference}')
`

/** Answers each connection's first request, and closes the connection at the moment of its second. */
async function closingServer(t: TestContext): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const seen = new WeakSet<IncomingMessage['socket']>()
  const server = createServer((request, response) => {
    const { socket } = request
    asked.push(`${request.method} ${seen.has(socket) ? 'again' : 'new'}`)
    if (seen.has(socket)) return void socket.resetAndDestroy()
    seen.add(socket)
    response.end(request.method === 'GET' ? chunk.bytes : '{"uid":1}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('requests by Node’s own client', () => {
  test('a redirect is followed, as fetch follows it', async t => {
    const there = await answeringServer(t, (_, response) => response.end(chunk.bytes))
    const here = await answeringServer(t, ({ url }, response) =>
      response.writeHead(307, { location: there.url + url }).end('gone there'),
    )
    assert.deepEqual(await new SwarmStore({ url: here.url }).get(chunk.reference), chunk.bytes)
  })

  for (const status of [301, 302, 303]) {
    test(`a write that is answered by ${status} is not made again: it may have been done`, async t => {
      const asked: string[] = []
      const server = await answeringServer(t, ({ method }, response) => {
        asked.push(method!)
        response.writeHead(status, { location: '/elsewhere' }).end()
      })
      const connection = new BeeConnection({ url: server.url, timeoutMs: 10_000 })
      const answer = await connection.request({ method: 'POST', route: '/tags' }, undefined)
      assert.equal(answer.status, status)
      assert.deepEqual(asked, ['POST'])
    })
  }

  for (const [coding, compress] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const) {
    test(`a body that comes as ${coding}, though nobody asked for it, is expanded, and nothing is asked twice`, async t => {
      let asked = 0
      const server = await answeringServer(t, (_, response) => {
        asked++
        response.writeHead(200, { 'content-encoding': coding }).end(compress(chunk.bytes))
      })
      assert.deepEqual(await new SwarmStore({ url: server.url }).get(chunk.reference), chunk.bytes)
      assert.equal(asked, 1)
    })
  }

  test('a compressed body that is cut or damaged is UNAVAILABLE', async t => {
    const compressed = gzipSync(chunk.bytes)
    for (const body of [compressed.subarray(0, 100), compressed.with(20, compressed[20]! ^ 255)]) {
      const server = await answeringServer(t, (_, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
      )
      const store = new SwarmStore({ url: server.url, retryMs: 0 })
      await expectCode(store.get(chunk.reference), 'UNAVAILABLE', 'get')
    }
  })

  test('an answer that breaks off over a used connection is not asked for again behind the caller’s back', async t => {
    let asked = 0
    const server = await answeringServer(t, ({ socket }, response) => {
      if (++asked !== 2) return void response.end(chunk.bytes)
      response.writeHead(200, { 'content-length': chunk.bytes.length })
      response.write(chunk.bytes.subarray(0, 100), () => socket.resetAndDestroy())
    })
    const { signal } = new AbortController()
    const get = async () => {
      const outgoing = { method: 'GET', headers: {}, body: undefined, signal }
      const { body } = await nodeTransport()!.send(new URL(server.url), outgoing)
      return Array.fromAsync(body)
    }
    await get()
    await assert.rejects(get(), { code: 'ECONNRESET' })
    await get()
    assert.equal(asked, 3)
  })

  const hostile: readonly [string, string, RegExp][] = [
    [
      '101, for another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      /can't be reached.*the connection closed/,
    ],
    [
      'a head without end',
      `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`,
      /can't be reached.*HPE_HEADER_OVERFLOW/,
    ],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
      /can't be reached.*HPE_/,
    ],
    [
      'a length of nonsense',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello',
      /cut its answer short/,
    ],
  ]
  for (const [what, answer, message] of hostile) {
    test(`${what} is UNAVAILABLE`, async t => {
      const server = createNetServer(socket => {
        socket.on('error', () => {})
        socket.once('data', () => socket.write(answer))
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.after(() => server.close())
      const { port } = server.address() as AddressInfo
      const store = new SwarmStore({ url: `http://127.0.0.1:${port}`, retryMs: 0 })
      const error = await expectCode(store.get(chunk.reference), 'UNAVAILABLE', what)
      assert.match(error.message, message)
    })
  }

  test('a small answer that expands to 100 MB is read as far as a chunk goes', async t => {
    const bomb = gzipSync(Buffer.alloc(100_000_000))
    const server = await answeringServer(t, (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    )
    let received = 0
    const store = new SwarmStore({
      url: server.url,
      retryMs: 0,
      onRequest: ({ bytesReceived }) => {
        received += bytesReceived
      },
    })
    await expectCode(store.get(chunk.reference), 'CORRUPT', 'get')
    assert.ok(received < 10_000, `${received} bytes`)
  })

  test('a read over a connection that was closed just then is made again, over a new one', async t => {
    const { url, asked } = await closingServer(t)
    const store = new SwarmStore({ url, retryMs: 0 })
    await store.get(chunk.reference)
    assert.deepEqual(await store.get(chunk.reference), chunk.bytes)
    assert.deepEqual(asked, ['GET new', 'GET again', 'GET new'])
  })

  test('what is not a read is not made again: it may have been done', async t => {
    const { url, asked } = await closingServer(t)
    const connection = new BeeConnection({ url, timeoutMs: 10_000 })
    await connection.request({ method: 'GET', route: '/tags' }, undefined)
    const writing = connection.request({ method: 'POST', route: '/tags' }, undefined)
    const error = await expectCode(writing, 'UNAVAILABLE', 'POST')
    assert.match(error.message, /can't be reached.*ECONNRESET/)
    assert.deepEqual(asked, ['GET new', 'POST again'])
  })

  test('where Node is told of a proxy, it is asked', async t => {
    const server = await answeringServer(t, (_, response) => response.end(chunk.bytes))
    const asked: string[] = []
    const proxy = await answeringServer(t, ({ url }, response) => {
      asked.push(url!)
      get(url!, answer => answer.pipe(response))
    })
    const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', READER, server.url], {
      cwd: import.meta.dirname,
      env: { ...process.env, NODE_USE_ENV_PROXY: '1', http_proxy: proxy.url, no_proxy: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    assert.equal((await Array.fromAsync(child.stdout)).join(''), chunk.reference)
    assert.deepEqual(asked, [`${server.url}/chunks/${chunk.reference}`])
  })

  test('without Node’s client, as in a browser, and where a fetch is given, fetch is used', async t => {
    const server = await answeringServer(t, ({ headers }, response) => {
      assert.match(headers['user-agent'] ?? '', /node|undici/)
      response.end(chunk.bytes)
    })
    const given = t.mock.fn(fetch)
    assert.deepEqual(
      await new SwarmStore({ url: server.url, fetch: given }).get(chunk.reference),
      chunk.bytes,
    )
    assert.equal(given.mock.callCount(), 1)
    t.mock.method(process, 'getBuiltinModule', () => undefined)
    assert.deepEqual(await new SwarmStore({ url: server.url }).get(chunk.reference), chunk.bytes)
  })
})
