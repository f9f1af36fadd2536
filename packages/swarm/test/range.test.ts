import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, test } from 'node:test'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import { isRangeReader } from '@remote-log/core'
import { SwarmStore } from '../src/index.ts'
import { answeringServer } from './answering-server.ts'

const root = seededReference('root')
const file = seededBytes('file', 300_000)
const [from, length] = [1000, 200_000]

function answerRange(
  response: ServerResponse,
  bytes = file.subarray(from, from + length),
  status = 206,
): void {
  response.writeHead(status, { 'content-range': `bytes ${from}-${from + length - 1}/${file.length}` })
  response.end(bytes)
}

function endsEarly(response: ServerResponse): void {
  response.writeHead(206, { 'content-range': 'bytes 1000-4999/5000' }).end(file.subarray(from, 5000))
}

async function read(store: SwarmStore, signal?: AbortSignal): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(store.readRangeUnverified(root, from, length, { signal })))
}

describe('readRangeUnverified', () => {
  test('is one GET /bytes with Range at redundancy level 0', async t => {
    const asked: unknown[] = []
    const server = await answeringServer(t, (request, response) => {
      asked.push([request.url, request.headers.range, request.headers['swarm-redundancy-level']])
      answerRange(response)
    })
    const store = new SwarmStore({ url: server.url })
    assert.ok(isRangeReader(store))
    assert.deepEqual(await read(store), Buffer.from(file.subarray(from, from + length)))
    assert.deepEqual(asked, [[`/bytes/${root}`, 'bytes=1000-200999', '0']])
  })

  test('what is too much is not handed on', async t => {
    const server = await answeringServer(t, (_, response) => answerRange(response, file.subarray(from)))
    assert.deepEqual(
      await read(new SwarmStore({ url: server.url })),
      Buffer.from(file.subarray(from, from + length)),
    )
  })

  test('a whole file answers a range that begins it', async t => {
    const server = await answeringServer(t, (_, response) => response.end(file))
    const pieces = new SwarmStore({ url: server.url }).readRangeUnverified(root, 0, 10)
    assert.deepEqual(Buffer.concat(await Array.fromAsync(pieces)), Buffer.from(file.subarray(0, 10)))
  })

  const wrong: readonly [string, (response: ServerResponse) => void, string][] = [
    ['404', r => r.writeHead(404).end('{"code":404,"message":"Not Found"}'), 'NOT_FOUND'],
    ['416', r => r.writeHead(416).end('invalid range'), 'REFUSED'],
    ['500', r => r.writeHead(500).end('{"code":500,"message":"joiner failed"}'), 'UNAVAILABLE'],
    ['a web page', r => r.setHeader('content-type', 'text/html').end('<html>'), 'UNAVAILABLE'],
    ['a gateway that knows no ranges', r => r.end(file), 'UNAVAILABLE'],
    [
      'another range',
      r => r.writeHead(206, { 'content-range': 'bytes 0-199999/300000' }).end(file.subarray(0, length)),
      'UNAVAILABLE',
    ],
    ['a file that ends before the range', r => endsEarly(r), 'REFUSED'],
    ['too little', r => answerRange(r, file.subarray(from, from + 5000)), 'UNAVAILABLE'],
  ]
  for (const [name, answer, code] of wrong) {
    test(`${name} is ${code}`, async t => {
      const server = await answeringServer(t, (_, response) => answer(response))
      await expectCode(read(new SwarmStore({ url: server.url, retryMs: 0 })), code as 'REFUSED', name)
    })
  }

  test('a stream that is cut hands on what came and says how much', async t => {
    const server = await answeringServer(t, (_, response) => {
      response.writeHead(206, { 'content-length': length })
      response.write(file.subarray(from, from + 70_000), () => response.destroy())
    })
    const got: Uint8Array[] = []
    const drain = async () => {
      const store = new SwarmStore({ url: server.url, retryMs: 0 })
      for await (const piece of store.readRangeUnverified(root, from, length)) got.push(piece)
    }
    const { details } = await expectCode(drain(), 'UNAVAILABLE', 'range')
    const bytes = Buffer.concat(got)
    assert.equal(details.got, bytes.length)
    assert.deepEqual(bytes, Buffer.from(file.subarray(from, from + bytes.length)))
  })

  test('a stream that falls silent is UNAVAILABLE, a refusal at the start is overcome', async t => {
    let asked = 0
    const server = await answeringServer(t, (_, response) => {
      if (++asked === 1) {
        response.writeHead(503).end()
        return
      }
      response.writeHead(206, { 'content-length': length })
      response.write(file.subarray(from, from + 100))
    })
    const error = await expectCode(
      read(new SwarmStore({ url: server.url, timeoutMs: 500 })),
      'UNAVAILABLE',
      'range',
    )
    assert.match(error.message, /silent/)
    assert.equal(error.details.got, 100)
    assert.equal(asked, 2)
  })

  test('leaving the loop ends the request, and a signal too', async t => {
    const closed: Promise<unknown>[] = []
    const server = await answeringServer(t, (_, response) => {
      closed.push(new Promise(resolve => response.once('close', resolve)))
      response.writeHead(206, { 'content-length': length })
      response.write(file.subarray(from, from + 100))
    })
    const store = new SwarmStore({ url: server.url })
    for await (const _ of store.readRangeUnverified(root, from, length)) break
    const stop = new AbortController()
    const stopped = async () => {
      for await (const _ of store.readRangeUnverified(root, from, length, { signal: stop.signal }))
        stop.abort()
    }
    await expectCode(stopped(), 'ABORTED', 'range')
    assert.equal(closed.length, 2)
    await Promise.all(closed)
  })

  test('an offset or a length that is none is a RangeError', () => {
    const store = new SwarmStore({ url: 'http://127.0.0.1:1633' })
    for (const [at, bytes] of [
      [-1, 1],
      [0.5, 1],
      [0, 0],
    ] as const) {
      assert.throws(() => store.readRangeUnverified(root, at, bytes), RangeError)
    }
  })
})
