import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCode } from '@remote-log/conformance'
import { SwarmStore } from '../src/index.ts'
import { answeringServer, unusedUrl } from './answering-server.ts'

// A batch as Bee 2.8.1 describes it (bee-recordings/stamps.json).
const stamp = {
  batchID: '1130bea80689c8153cf813e01137751f25b95f9ded08a8cc958d6772c2bc7da1',
  utilization: 1,
  utilizationRatio: 0.0625,
  usable: true,
  label: 'recordings',
  depth: 20,
  amount: '5000000000',
  bucketDepth: 16,
  blockNumber: 217,
  immutableFlag: false,
  exists: true,
  batchTTL: 207271,
}

test('batches are told in plain units', async t => {
  const server = await answeringServer(t, (_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ stamps: [stamp] }))
  })
  const [batch, ...others] = await new SwarmStore({ url: server.url }).batches()
  const { effectiveBytes, ...rest } = batch!
  assert.deepEqual(rest, {
    id: stamp.batchID,
    label: 'recordings',
    usable: true,
    ttlSeconds: 207271,
    utilization: 1 / 16,
    capacityBytes: 2 ** 20 * 4096,
    depth: 20,
    immutable: false,
  })
  assert.ok(effectiveBytes > 0 && effectiveBytes < rest.capacityBytes)
  assert.deepEqual(others, [])
})

test('a node that does not list them, or is not there, is UNAVAILABLE', async t => {
  for (const [status, text] of [
    [500, 'oops'],
    [200, '<html>'],
    [200, '{"stamps":[{}]}'],
  ] as const) {
    const server = await answeringServer(t, (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(text)
    })
    const store = new SwarmStore({ url: server.url.replace('//', '//alice:secret@') })
    const error = await expectCode(store.batches(), 'UNAVAILABLE', 'batches')
    assert.doesNotMatch(JSON.stringify([error.message, error.details]), /secret/)
  }
  await expectCode(new SwarmStore({ url: await unusedUrl() }).batches(), 'UNAVAILABLE', 'batches')
})

test('a signal ends the call with ABORTED, before and while it waits', async t => {
  const stop = new AbortController()
  const server = await answeringServer(t, () => stop.abort('enough'))
  const store = new SwarmStore({ url: server.url })
  await expectCode(store.batches({ signal: stop.signal }), 'ABORTED', 'batches')
  const error = await expectCode(store.batches({ signal: stop.signal }), 'ABORTED', 'batches')
  assert.equal(error.cause, 'enough')
})
