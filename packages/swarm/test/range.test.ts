import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, test } from 'node:test'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import { CHUNK_BYTES, countRecords, isRangeReader, makeChunk, recordLeaf, recordsIn } from '@remote-log/core'
import { SwarmStore } from '../src/index.ts'
import { answeringServer } from './answering-server.ts'

const root = seededReference('root')
const file = seededBytes('file', 80 * CHUNK_BYTES)
const leaves = { from: 2, to: 52 }
const [from, length] = [2 * CHUNK_BYTES, 50 * CHUNK_BYTES]
const expected = (leaf: number) =>
  makeChunk(file.subarray(leaf * CHUNK_BYTES, (leaf + 1) * CHUNK_BYTES)).reference

function answerRange(
  response: ServerResponse,
  bytes = file.subarray(from, from + length),
  status = 206,
): void {
  response.writeHead(status, { 'content-range': `bytes ${from}-${from + length - 1}/${file.length}` })
  response.end(bytes)
}

function endsEarly(response: ServerResponse): void {
  response.writeHead(206, { 'content-range': 'bytes 8192-19999/20000' }).end(file.subarray(from, 20_000))
}

async function read(store: SwarmStore, signal?: AbortSignal): Promise<Buffer> {
  return await joined(store.readLeaves(root, leaves, expected, { signal }))
}

/** Records without their addresses. */
function leavesIn(records: Uint8Array): Uint8Array[] {
  return [...recordsIn(records)].map(recordLeaf)
}

async function joined(read: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat((await Array.fromAsync(read, leavesIn)).flat())
}

describe('readLeaves', () => {
  test('is one GET /bytes with Range at redundancy level 0', async t => {
    const asked: unknown[] = []
    const server = await answeringServer(t, (request, response) => {
      asked.push([request.url, request.headers.range, request.headers['swarm-redundancy-level']])
      answerRange(response)
    })
    const store = new SwarmStore({ url: server.url })
    assert.ok(isRangeReader(store))
    assert.deepEqual(await read(store), Buffer.from(file.subarray(from, from + length)))
    assert.deepEqual(asked, [[`/bytes/${root}`, 'bytes=8192-212991', '0']])
  })

  test('is in flight until its last leaf came: with one request allowed, the next one waits', async t => {
    const asked: string[] = []
    const begun = Promise.withResolvers<ServerResponse>()
    const server = await answeringServer(t, (request, response) => {
      asked.push(request.url!)
      if (!request.url!.startsWith('/bytes')) {
        response.end(makeChunk(file.subarray(0, 9)).bytes)
        return
      }
      response.writeHead(206, { 'content-range': `bytes ${from}-${from + length - 1}/${file.length}` })
      response.write(file.subarray(from, from + 2 * CHUNK_BYTES))
      begun.resolve(response)
    })
    const store = new SwarmStore({ url: server.url, maxInFlight: 1 })
    const stretch = store.readLeaves(root, leaves, expected)
    const records = async () => countRecords((await stretch.next()).value ?? new Uint8Array(0))
    let came = await records()
    const next = store.get(makeChunk(file.subarray(0, 9)).reference)
    while (came < 2) came += await records()
    assert.equal(came, 2)
    await fetch(`${server.url}/meanwhile`)
    assert.deepEqual(asked, [`/bytes/${root}`, '/meanwhile'])
    const response = await begun.promise
    response.end(file.subarray(from + 2 * CHUNK_BYTES, from + length))
    assert.equal((await joined(stretch)).length, 48 * CHUNK_BYTES)
    await next
    assert.equal(asked.length, 3)
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
    const pieces = new SwarmStore({ url: server.url }).readLeaves(root, { from: 0, to: 3 }, expected)
    assert.deepEqual(await joined(pieces), Buffer.from(file.subarray(0, 12_288)))
  })

  const wrong: readonly [string, (response: ServerResponse) => void, string][] = [
    ['404', r => r.writeHead(404).end('{"code":404,"message":"Not Found"}'), 'NOT_FOUND'],
    ['416', r => r.writeHead(416).end('invalid range'), 'REFUSED'],
    ['500', r => r.writeHead(500).end('{"code":500,"message":"joiner failed"}'), 'UNAVAILABLE'],
    ['a web page', r => r.setHeader('content-type', 'text/html').end('<html>'), 'UNAVAILABLE'],
    ['a gateway that knows no ranges', r => r.end(file), 'UNAVAILABLE'],
    [
      'another range',
      r => r.writeHead(206, { 'content-range': 'bytes 0-204799/327680' }).end(file.subarray(0, length)),
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

  test('a stream that is cut hands on the leaves that came and says how far it got', async t => {
    const server = await answeringServer(t, (_, response) => {
      response.writeHead(206, { 'content-length': length })
      response.write(file.subarray(from, from + 70_000), () => response.destroy())
    })
    const got: Uint8Array[] = []
    const drain = async () => {
      const store = new SwarmStore({ url: server.url, retryMs: 0 })
      for await (const records of store.readLeaves(root, leaves, expected)) got.push(...leavesIn(records))
    }
    const { details } = await expectCode(drain(), 'UNAVAILABLE', 'range')
    assert.deepEqual([details.leaf, details.url], [2 + got.length, server.url])
    assert.deepEqual(Buffer.concat(got), Buffer.from(file.subarray(from, from + got.length * CHUNK_BYTES)))
  })

  test('a forged leaf is CORRUPT and names the chunk, the leaf and the gateway', async t => {
    const server = await answeringServer(t, (_, response) => {
      const bytes = file.subarray(from, from + length).slice()
      bytes[7 * CHUNK_BYTES] = bytes[7 * CHUNK_BYTES]! ^ 1
      answerRange(response, bytes)
    })
    const { details, message } = await expectCode(
      read(new SwarmStore({ url: server.url })),
      'CORRUPT',
      'range',
    )
    assert.deepEqual(
      [details.leaf, details.reference, details.url, details.file],
      [9, expected(9), server.url, root],
    )
    assert.match(message, /ask for this chunk elsewhere/)
  })

  test('a stream that falls silent is UNAVAILABLE, a refusal at the start is overcome', async t => {
    let asked = 0
    const server = await answeringServer(t, (_, response) => {
      if (++asked === 1) {
        response.writeHead(503).end()
        return
      }
      response.writeHead(206, { 'content-length': length })
      response.write(file.subarray(from, from + CHUNK_BYTES + 100))
    })
    const error = await expectCode(
      read(new SwarmStore({ url: server.url, timeoutMs: 500 })),
      'UNAVAILABLE',
      'range',
    )
    assert.match(error.message, /silent/)
    assert.equal(error.details.leaf, 3)
    assert.equal(asked, 2)
  })

  test('leaving the loop ends the request, and a signal too', async t => {
    const closed: Promise<unknown>[] = []
    const server = await answeringServer(t, (_, response) => {
      closed.push(new Promise(resolve => response.once('close', resolve)))
      response.writeHead(206, { 'content-length': length })
      response.write(file.subarray(from, from + CHUNK_BYTES + 100))
    })
    const store = new SwarmStore({ url: server.url })
    for await (const _ of store.readLeaves(root, leaves, expected)) break
    const stop = new AbortController()
    const stopped = async () => {
      for await (const _ of store.readLeaves(root, leaves, expected, { signal: stop.signal })) stop.abort()
    }
    await expectCode(stopped(), 'ABORTED', 'range')
    assert.equal(closed.length, 2)
    await Promise.all(closed)
  })
})
