import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCode } from '@remote-log/conformance'
import { makeChunk } from '@remote-log/core'
import { startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { SwarmStore } from '../src/index.ts'

/** Three chunks of one bucket, found by trying. A batch of depth 17 has two slots in each. */
const SAME_BUCKET = [0, 59_328, 194_994].map(i => makeChunk(new TextEncoder().encode(`bucket ${i}`)))

for (const told of [true, false]) {
  test(`a mutable batch that fills up during an upload lets nothing go, buckets ${told ? 'known' : 'not told'}`, async t => {
    const node = await startBeeNode()
    const other = await startBeeNode({ peers: node })
    const proxy = await startFaultProxy({ target: node.url })
    t.after(() => Promise.all([proxy.stop(), other.stop(), node.stop()]))
    if (!told)
      proxy.setRule(({ path }) => (path.endsWith('/buckets') ? { answer: { status: 403 } } : undefined))
    const batch = await node.grantBatch({ depth: 17 })
    const upload = await new SwarmStore({ url: proxy.url, batch }).beginUpload()
    const [first, second, third] = SAME_BUCKET
    await upload.put(first!)
    await upload.put(second!)
    const error = await expectCode(upload.put(third!), 'REFUSED', 'a third of two slots')
    assert.equal(error.details.reason, 'batch-full')
    await upload.confirm()
    const reader = new SwarmStore({ url: other.url })
    for (const { reference, bytes } of [first!, second!]) assert.deepEqual(await reader.get(reference), bytes)
  })
}
