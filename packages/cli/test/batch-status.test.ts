import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { askBatch, describeBatch } from '../src/batch-status.ts'

const ID = 'ab'.repeat(32)
/** As Bee 2.8.1 answers `GET /stamps/{id}`. */
const STAMP = {
  batchID: ID,
  utilization: 8,
  usable: true,
  label: '',
  depth: 21,
  amount: '1',
  bucketDepth: 16,
  blockNumber: 1,
  immutableFlag: true,
  exists: true,
  batchTTL: 864_000,
}

describe('the status of a postage batch', () => {
  let answer: { status: number; body: string }
  let url: string
  const never = new AbortController().signal
  const server = createServer((request, response) => {
    response.writeHead(request.url === `/stamps/${ID}` ? answer.status : 404).end(answer.body)
  })
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  test('is read from the node, its fill in parts of the fullest bucket', async () => {
    answer = { status: 200, body: JSON.stringify(STAMP) }
    const status = await askBatch(`${url}/`, ID, never)
    assert.deepEqual(status, { id: ID, usable: true, ttlSeconds: 864_000, fill: 0.25, immutable: true })
    assert.equal(describeBatch(status), 'usable, 10 days left, 25.0 % full')
    assert.match(describeBatch({ ...status, usable: false, immutable: false }), /^NOT USABLE.*mutable/)
    assert.match(describeBatch({ ...status, ttlSeconds: 3600 }), /1\.0 hours left/)
    assert.match(describeBatch({ ...status, ttlSeconds: -1 }), /no end/)
  })

  test('can not be told where the node does not say', async () => {
    for (const [status, body] of [
      [404, '{"code":404,"message":"issuer does not exist"}'],
      [200, '<html></html>'],
      [200, 'null'],
      [200, '{}'],
      [500, ''],
    ] as const) {
      answer = { status, body }
      await assert.rejects(askBatch(url, ID, never), { code: 'UNAVAILABLE' }, `${status} ${body}`)
    }
    await assert.rejects(askBatch('http://127.0.0.1:9', ID, never), { code: 'UNAVAILABLE' })
  })

  test('stops when asked to', async () => {
    const reason = new TypeError('stop')
    await assert.rejects(askBatch(url, ID, AbortSignal.abort(reason)), reason)
  })
})
