import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type BeeNode, beeUnderTest, startBeeNode } from '../src/index.ts'

describe('the Bee under test', () => {
  let node: BeeNode
  let second: BeeNode
  before(async () => {
    node = await startBeeNode({ blockTimeMs: 10 })
    second = await startBeeNode({ peers: node })
  })
  after(() => Promise.all([node.stop(), second.stop()]))

  const named = (more: { BEE_BATCH?: string } = {}) =>
    beeUnderTest({}, { BEE_URL: `${node.url}/`, BEE_READBACK_URL: second.url, ...more })

  test('without variables it is an embedded pair of one network', async () => {
    const bee = await beeUnderTest({}, {})
    assert.equal(bee.embedded?.url, bee.url)
    const answer = await fetch(`${bee.url}/bytes`, {
      method: 'POST',
      headers: { 'swarm-postage-batch-id': bee.batch, 'swarm-deferred-upload': 'false' },
      body: 'known to both',
    })
    const { reference } = await answer.json()
    assert.equal(await (await fetch(`${bee.readBackUrl}/bytes/${reference}`)).text(), 'known to both')
    await bee.stop()
  })

  test('with variables it is the nodes that they name, with the roomiest usable mutable batch', async () => {
    await assert.rejects(named(), { code: 'UNAVAILABLE', message: /owns no usable mutable batch/ })
    await node.grantBatch({ depth: 18 })
    const roomy = await node.grantBatch({ depth: 22 })
    await node.grantBatch({ depth: 24, immutable: true })
    await node.grantBatch({ depth: 25, fresh: true })
    const bee = await named()
    assert.deepEqual(
      [bee.url, bee.readBackUrl, bee.batch, bee.embedded],
      [node.url, second.url, roomy, undefined],
    )
    const given = await named({ BEE_BATCH: 'ab'.repeat(32) })
    assert.equal(given.batch, 'ab'.repeat(32))
    await bee.stop()
    assert.equal(
      (await fetch(`${node.url}/health`)).status,
      200,
      'it does not end nodes that it did not start',
    )
  })

  test('a further batch is bought, and usable unless it is to be fresh', async () => {
    const bee = await named({ BEE_BATCH: 'ab'.repeat(32) })
    const id = await bee.grantBatch({ depth: 17, immutable: true })
    const { usable, depth, immutableFlag } = await (await fetch(`${node.url}/stamps/${id}`)).json()
    assert.deepEqual([usable, depth, immutableFlag], [true, 17, true])
    const fresh = await bee.grantBatch({ fresh: true })
    assert.match(fresh, /^[0-9a-f]{64}$/)
    await assert.rejects(bee.grantBatch({ depth: 16 }), { code: 'REFUSED' })
  })

  test('one variable alone is INVALID_ARGUMENT, a node that is not there UNAVAILABLE', async () => {
    for (const alone of [{ BEE_URL: node.url }, { BEE_READBACK_URL: node.url }]) {
      await assert.rejects(beeUnderTest({}, alone), { code: 'INVALID_ARGUMENT', message: /set both or none/ })
    }
    const gone = { BEE_URL: 'http://127.0.0.1:1', BEE_READBACK_URL: second.url }
    await assert.rejects(beeUnderTest({}, gone), {
      code: 'UNAVAILABLE',
      message: /does a Bee node run there/,
    })
  })
})
