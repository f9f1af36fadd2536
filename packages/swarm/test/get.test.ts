import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import { makeChunk } from '@remote-log/core'
import { type RequestReport, SwarmStore } from '../src/index.ts'
import { answeringServer, unusedUrl } from './answering-server.ts'

const chunk = makeChunk(seededBytes('chunk', 4096))
const HTML = '<!doctype html><title>Welcome to nginx!</title>'

describe('get', () => {
  test('asks GET /chunks with nothing that costs bytes, and reports what it cost', async t => {
    const reports: RequestReport[] = []
    let [sent, received] = [0, 0]
    const server = await answeringServer(t, (request, response) => {
      assert.equal(`${request.method} ${request.url}`, `GET /sub/chunks/${chunk.reference}`)
      sent = request.socket.bytesRead
      response.writeHead(200, { 'Content-Type': 'binary/octet-stream', 'Content-Length': chunk.bytes.length })
      response.end(chunk.bytes, () => {
        received = request.socket.bytesWritten
      })
    })
    const store = new SwarmStore({ url: `${server.url}/sub/`, onRequest: report => reports.push(report) })
    assert.deepEqual(await store.get(chunk.reference), chunk.bytes)
    assert.equal(reports.length, 1)
    const { bytesSent, bytesReceived, ms, ...rest } = reports[0]!
    assert.deepEqual(rest, { method: 'GET', route: '/chunks/{address}', status: 200 })
    assert.equal(bytesSent, sent, 'the estimate of the request is what Node sends')
    assert.ok(Math.abs(bytesReceived - received) < 20, `${bytesReceived} estimated, ${received} received`)
    assert.ok(ms > 0)
  })

  const cases: readonly [string, number, string, string | Uint8Array, string, string][] = [
    ['404 of Bee', 404, 'application/json', '{"code":404,"message":"chunk not found"}', 'NOT_FOUND', ''],
    ['404 without a word', 404, 'text/plain', '', 'NOT_FOUND', ''],
    ['404 web page', 404, 'text/html', HTML, 'UNAVAILABLE', 'web page'],
    ['200 web page', 200, 'text/html; charset=utf-8', HTML, 'UNAVAILABLE', 'web page'],
    [
      '200 web page that claims to be bytes',
      200,
      'application/octet-stream',
      HTML,
      'UNAVAILABLE',
      'web page',
    ],
    [
      '200 web page of the size of a chunk',
      200,
      'text/html',
      HTML.padEnd(4000, ' '),
      'UNAVAILABLE',
      'web page',
    ],
    [
      '500 of Bee',
      500,
      'application/json',
      '{"code":500,"message":"read chunk failed"}',
      'UNAVAILABLE',
      'failed',
    ],
    ['502 of a proxy', 502, 'text/html', '<html>Bad Gateway</html>', 'UNAVAILABLE', '502'],
    ['429', 429, 'text/plain', 'slow down', 'UNAVAILABLE', 'slow down'],
    ['403', 403, 'application/json', '{"message":"no"}', 'UNAVAILABLE', '403'],
    ['400', 400, 'application/json', '{"message":"invalid path params"}', 'UNAVAILABLE', 'invalid path'],
    ['no bytes', 200, 'binary/octet-stream', '', 'CORRUPT', ''],
    ['cut bytes', 200, 'binary/octet-stream', chunk.bytes.subarray(0, 4000), 'CORRUPT', ''],
    ['too many bytes', 200, 'binary/octet-stream', new Uint8Array(1_000_000), 'CORRUPT', ''],
    ['another chunk', 200, 'binary/octet-stream', makeChunk(seededBytes('b', 4096)).bytes, 'CORRUPT', ''],
  ]
  for (const [name, status, type, body, code, message] of cases) {
    test(`${name} is ${code}`, async t => {
      const server = await answeringServer(t, (_, response) => {
        response.writeHead(status, { 'content-type': type }).end(body)
      })
      const store = new SwarmStore({ url: server.url, retryMs: 0 })
      const error = await expectCode(store.get(chunk.reference), code as 'CORRUPT', name)
      assert.match(error.message, new RegExp(message))
      if (code === 'UNAVAILABLE') {
        assert.equal(error.details.status, status)
        assert.equal(error.details.url, server.url)
      }
    })
  }

  test('the right bytes count, whatever they are called', async t => {
    const server = await answeringServer(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(chunk.bytes)
    })
    assert.deepEqual(await new SwarmStore({ url: server.url }).get(chunk.reference), chunk.bytes)
  })

  test('a connection that breaks in the answer is UNAVAILABLE', async t => {
    const server = await answeringServer(t, (_, response) => {
      response.writeHead(200, { 'content-length': chunk.bytes.length })
      response.write(chunk.bytes.subarray(0, 100), () => response.destroy())
    })
    const error = await expectCode(
      new SwarmStore({ url: server.url, retryMs: 0 }).get(chunk.reference),
      'UNAVAILABLE',
      'get',
    )
    assert.match(error.message, /cut its answer short/)
  })

  test('nobody there is UNAVAILABLE', async () => {
    const store = new SwarmStore({ url: await unusedUrl(), retryMs: 0 })
    const error = await expectCode(store.get(chunk.reference), 'UNAVAILABLE', 'get')
    assert.match(error.message, /can't be reached.*ECONNREFUSED/)
  })

  test('silence is UNAVAILABLE after the time-out', async t => {
    const server = await answeringServer(t, () => {})
    const store = new SwarmStore({ url: server.url, timeoutMs: 30, retryMs: 0 })
    const error = await expectCode(store.get(chunk.reference), 'UNAVAILABLE', 'get')
    assert.match(error.message, /silent for 30 ms/)
  })

  test('no HTTP at all is UNAVAILABLE', async () => {
    const server = createServer(socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const store = new SwarmStore({ url: `http://127.0.0.1:${port}`, retryMs: 0 })
    await expectCode(store.get(chunk.reference), 'UNAVAILABLE', 'get')
    server.close()
  })

  test('user, password and query of the URL are used and never shown', async t => {
    let seen: string | undefined
    const server = await answeringServer(t, (request, response) => {
      seen = `${request.url} ${request.headers.authorization}`
      response.writeHead(403).end('not you')
    })
    const url = `${server.url.replace('//', '//alice:p%40ss@')}/?key=secret`
    const store = new SwarmStore({ url, retryMs: 0 })
    const error = await expectCode(store.get(chunk.reference), 'UNAVAILABLE', 'get')
    assert.equal(seen, `/chunks/${chunk.reference}?key=secret Basic ${btoa('alice:p@ss')}`)
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.details)}`, /alice|p@ss|p%40ss|secret/)
  })

  test('a refusal that passes is overcome', async t => {
    let asked = 0
    const server = await answeringServer(t, (_, response) => {
      if (++asked < 3) response.writeHead(500).end('{"code":500,"message":"read chunk failed"}')
      else response.end(chunk.bytes)
    })
    assert.deepEqual(await new SwarmStore({ url: server.url }).get(chunk.reference), chunk.bytes)
    assert.equal(asked, 3)
  })

  test('NOT_FOUND and CORRUPT are not asked again', async t => {
    let asked = 0
    const server = await answeringServer(t, (_, response) => {
      asked++
      if (asked === 1) response.writeHead(404).end()
      else response.end(new Uint8Array(100))
    })
    const store = new SwarmStore({ url: server.url })
    await expectCode(store.get(seededReference('x')), 'NOT_FOUND', 'get')
    await expectCode(store.get(seededReference('x')), 'CORRUPT', 'get')
    assert.equal(asked, 2)
  })

  test('a signal ends the wait between two attempts', async t => {
    const stop = new AbortController()
    const server = await answeringServer(t, (_, response) => {
      response.writeHead(500).end(() => stop.abort('enough'))
    })
    const error = await expectCode(
      new SwarmStore({ url: server.url }).get(chunk.reference, { signal: stop.signal }),
      'ABORTED',
      'get',
    )
    assert.equal(error.cause, 'enough')
  })
})

describe('options', () => {
  for (const url of ['', 'bee', 'ftp://127.0.0.1', 'localhost:1633', 'http://']) {
    test(`the URL ${JSON.stringify(url)} is INVALID_ARGUMENT`, async () => {
      await expectCode(
        new Promise(resolve => resolve(new SwarmStore({ url }))),
        'INVALID_ARGUMENT',
        'constructor',
      )
    })
  }

  test('a batch id that is none, and no request in flight, are INVALID_ARGUMENT', async () => {
    const url = 'http://127.0.0.1:1633'
    for (const wrong of [{ batch: 'abc' }, { maxInFlight: 0 }, { readBack: 'nowhere' }]) {
      await expectCode(
        new Promise(resolve => resolve(new SwarmStore({ url, ...wrong }))),
        'INVALID_ARGUMENT',
        'constructor',
      )
    }
  })
})
