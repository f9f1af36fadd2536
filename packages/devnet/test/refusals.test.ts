import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type BeeNode, startBeeNode } from '../src/index.ts'
import { BeeClient, parse } from './bee-client.ts'
import { ask } from './replay/ask.ts'
import { payload } from './replay/material.ts'

describe('what the node does not imitate', () => {
  let node: BeeNode
  let bee: BeeClient
  before(async () => {
    node = await startBeeNode()
    bee = new BeeClient(node.url, await node.grantBatch())
  })
  after(() => node.stop())

  async function refused(answer: ReturnType<BeeClient['get']>, what: RegExp): Promise<void> {
    const got = await answer
    assert.equal(got.status, 501)
    assert.match(String(parse(got).message), what)
  }

  for (const path of ['/pss/send/a/b', '/grantee', '/topology']) {
    test(`${path} is refused by name`, () =>
      refused(bee.get(path), new RegExp(`imitate ${path.split('/').slice(0, 2).join('/')}`)))
  }

  test('access control', async () => {
    const page = payload('page', 100)
    await refused(bee.post('/bytes', page, { 'swarm-act': 'true' }), /access control/)
    await refused(bee.get(`/bytes/${'ab'.repeat(32)}`, { 'swarm-act-publisher': 'ab' }), /access control/)
  })

  test('pinning of manifests', async () => {
    const { reference } = parse<{ reference: string }>(
      await bee.post(`/feeds/${'12'.repeat(20)}/${'34'.repeat(32)}`),
    )
    await refused(bee.post(`/pins/${reference}`), /manifests/)
  })

  test('main routes exist under /v1 too, and every method of a path is answered', async () => {
    assert.equal((await bee.get('/v1/stamps')).status, 200)
    const wrong = await ask(`${node.url}/v1/chunks/${'ab'.repeat(32)}`, 'PATCH')
    assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET, HEAD'])
  })

  test('other origins are told nothing unless they are allowed', async () => {
    const strict = await startBeeNode({ corsAllowedOrigins: ['http://app.example'] })
    try {
      const from = async (origin: string) => (await ask(`${strict.url}/health`, 'GET', { origin })).headers
      assert.equal((await from('http://app.example'))['access-control-allow-origin'], 'http://app.example')
      assert.equal('access-control-allow-origin' in (await from('http://evil.example')), false)
      assert.equal((await from(strict.url))['access-control-allow-origin'], strict.url)
    } finally {
      await strict.stop()
    }
  })
})
