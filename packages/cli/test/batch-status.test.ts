import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BeePostage } from '@remote-log/client'
import { NotFoundError, UnavailableError } from '@remote-log/core'
import { startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { askContract, askNodes, describeBatch } from '../src/batch-status.ts'
import { anyExpiry } from '../src/expiry-sources.ts'

const never = new AbortController().signal
const DEAD = 'http://127.0.0.1:9'
const nodes = (...urls: string[]) =>
  new Map(urls.map(url => [url, new BeePostage({ url, timeoutMs: 1000 })] as const))

test('a batch is asked of the node that owns it, and what can not be told is never "absent"', async t => {
  const [first, second] = [await startBeeNode(), await startBeeNode()]
  const proxy = await startFaultProxy({ target: second.url })
  t.after(() => Promise.all([proxy.stop(), first.stop(), second.stop()]))
  const id = await second.grantBatch({ depth: 18, immutable: true })
  const headers = { 'swarm-postage-batch-id': id, 'content-type': 'application/octet-stream' }
  await fetch(`${second.url}/bytes`, { method: 'POST', headers, body: 'a chunk' })
  const status = await askNodes(nodes(first.url, proxy.url), id, never)
  assert.deepEqual([status.usable, status.fill, status.immutable], [true, 0.25, true])
  assert.match(describeBatch(status), /^usable, \d+ days left, 25\.0 % full$/)
  // One node that is away does not hide the other.
  assert.equal((await askNodes(nodes(DEAD, proxy.url), id, never)).fill, 0.25)
  await assert.rejects(askNodes(nodes(first.url), id, never), { code: 'NOT_FOUND' })
  await assert.rejects(askNodes(nodes(first.url, DEAD), id, never), { code: 'UNAVAILABLE' })
  for (const body of ['<html></html>', 'null', '{}', '{"stamps":[{}]}']) {
    proxy.setRule(() => ({ answer: { status: 200, body } }))
    await assert.rejects(askNodes(nodes(proxy.url), id, never), { code: 'UNAVAILABLE' }, body)
  }
  proxy.setRule(() => ({ answer: { status: 403 } }))
  await assert.rejects(askNodes(nodes(first.url, proxy.url), id, never), { code: 'UNAVAILABLE' })
  const reason = new TypeError('stop')
  await assert.rejects(askNodes(nodes(first.url), id, AbortSignal.abort(reason)), reason)
})

test('a batch that is stamped for here is asked of the contract', async () => {
  const at = (seconds: number | undefined) =>
    askContract({ batch: async () => ({ seconds, immutable: true }) as never }, 'ab'.repeat(32), never)
  assert.equal(describeBatch(await at(864_000)), 'usable, 10 days left, stamped here')
  assert.match(describeBatch(await at(0)), /^NOT USABLE/)
  assert.match(describeBatch(await at(undefined)), /no end/)
  assert.match(describeBatch({ ...(await at(3600)), immutable: false }), /1\.0 hours left.*mutable/)
})

test('any that knows a batch says when it ends; only where none does, that it is gone or not known', async () => {
  const says = (answer: number | Error) => ({
    expiry: async () => {
      if (answer instanceof Error) throw answer
      return { expires: answer }
    },
  })
  const ask = (...answers: (number | Error)[]) =>
    anyExpiry(new Map(answers.map((answer, i) => [`${i}`, says(answer)]))).expiry('ab', { signal: never })
  const [gone, away] = [new NotFoundError('gone', {}), new UnavailableError('away', {})]
  assert.equal((await ask(gone, away, 7)).expires, 7)
  await assert.rejects(ask(away, gone), { code: 'NOT_FOUND' })
  await assert.rejects(ask(away, away), { code: 'UNAVAILABLE' })
})
