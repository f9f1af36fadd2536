import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import { type Chunk, makeChunk } from '@remote-log/core'
import {
  type BeeNode,
  type FaultProxy,
  type FaultRule,
  startBeeNode,
  startFaultProxy,
} from '@remote-log/devnet'
import { HedgeBudget } from '../src/gateway/hedge-budget.ts'
import { GatewayPool, SwarmStore } from '../src/index.ts'
import { unusedUrl } from './answering-server.ts'
import { type Hostility, hostileRule } from './gateways.ts'

describe('GatewayPool', () => {
  let node: BeeNode
  let batch: string
  const chunks: Chunk[] = Array.from({ length: 200 }, (_, i) => makeChunk(seededBytes(`pool ${i}`, 500)))
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    batch = await node.grantBatch()
    const upload = await new SwarmStore({ url: node.url, batch }).beginUpload()
    await Promise.all(chunks.map(chunk => upload.put(chunk)))
    await upload.confirm()
  })
  after(() => node.stop())

  /** A pool of gateways that fail by these rules. */
  async function poolOf(t: TestContext, ...rules: (FaultRule | undefined)[]) {
    const proxies = await Promise.all(
      rules.map(rule => startFaultProxy({ target: node.url, ...(rule && { rule }) })),
    )
    t.after(() => Promise.all(proxies.map(proxy => proxy.stop())))
    return { proxies, pool: new GatewayPool({ urls: urlsOf(proxies), batch, retryMs: 0 }) }
  }
  const urlsOf = (proxies: readonly FaultProxy[]) => proxies.map(({ url }) => url)
  const always = (hostility: Hostility) => hostileRule(() => hostility)

  for (const hostility of ['flips', 'replays', 'cuts', 'drops', 'denies', 'fails', 'web page'] as const) {
    test(`one that ${hostility} costs nothing but a second request, and is not asked first again`, async t => {
      const { pool, proxies } = await poolOf(t, always(hostility), undefined)
      for (const { reference, bytes } of chunks.slice(0, 40)) {
        assert.deepEqual(await pool.get(reference), bytes)
      }
      const [hostile] = pool.health()
      assert.equal(hostile!.served, 0)
      assert.ok(proxies[0]!.stats().requests < 10, `asked ${proxies[0]!.stats().requests} times`)
    })
  }

  test('a lie is remembered: quarantine, and the state says why', async t => {
    const { pool } = await poolOf(t, always('flips'), undefined)
    await pool.get(chunks[0]!.reference)
    const [liar, honest] = pool.health()
    assert.deepEqual([liar!.state, liar!.lies, honest!.state], ['quarantined', 1, 'ready'])
    assert.match(liar!.lastError!, /^CORRUPT/)
    assert.ok(liar!.until! > Date.now() + 500_000)
  })

  test('one that lied once is not asked while another answers, however slowly', async t => {
    const slow: FaultRule = () => ({ delayMs: 20 })
    const { pool, proxies } = await poolOf(t, always('flips'), slow)
    await pool.get(chunks[0]!.reference)
    proxies[0]!.setRule(undefined)
    for (const { reference } of chunks.slice(1, 20)) await pool.get(reference)
    assert.equal(proxies[0]!.stats().requests, 1)
  })

  test('one that lied comes after one that failed for this very chunk, however slow that is', async t => {
    const { pool, proxies } = await poolOf(t, always('flips'), always('fails'))
    const [first, second] = chunks as [Chunk, Chunk]
    await assert.rejects(pool.get(first.reference))
    proxies[0]!.setRule(undefined)
    assert.deepEqual(await pool.get(second.reference), second.bytes)
    proxies[1]!.setRule(() => ({ delayMs: 60 }))
    for (const proxy of proxies) proxy.resetStats()
    assert.deepEqual(await pool.get(second.reference), second.bytes)
    assert.deepEqual(
      proxies.map(proxy => proxy.stats().requests),
      [0, 1],
    )
  })

  test('each further lie doubles the quarantine', async t => {
    const { pool } = await poolOf(t, always('flips'), always('fails'))
    const minutes = () => (pool.health()[0]!.until! - Date.now()) / 60_000
    for (const [lies, least] of [
      [1, 5],
      [2, 15],
      [3, 35],
    ] as const) {
      await assert.rejects(pool.get(chunks[lies]!.reference))
      assert.equal(pool.health()[0]!.lies, lies)
      assert.ok(minutes() > least && minutes() <= 10 * 2 ** (lies - 1), `${minutes()} minutes`)
    }
  })

  test('gateways that all became slower are waited for longer each time around', {
    timeout: 60_000,
  }, async t => {
    const { proxies } = await poolOf(t, undefined, undefined)
    const pool = new GatewayPool({ urls: urlsOf(proxies), retryMs: 0, timeoutMs: 600_000 })
    for (const { reference } of chunks.slice(0, 30)) await pool.get(reference)
    // Longer than either is waited for the first time, whatever this machine has to do besides, and not the second.
    const patience = pool.health().map(({ p95Ms = 500 }) => 4 * Math.max(125, p95Ms))
    const delayMs = 1.5 * Math.max(...patience)
    for (const proxy of proxies) proxy.setRule(() => ({ delayMs }))
    assert.deepEqual(await pool.get(chunks[40]!.reference), chunks[40]!.bytes)
  })

  test('when all are silent a read ends, and says so of each: none is asked for ever', async t => {
    const { proxies } = await poolOf(t, always('hangs'), always('hangs'), always('hangs'))
    const pool = new GatewayPool({ urls: urlsOf(proxies), retryMs: 0, timeoutMs: 300 })
    const { reference } = chunks[5]!
    const { details, message } = await expectCode(pool.get(reference), 'UNAVAILABLE', 'get')
    assert.equal(details.reference, reference)
    for (const proxy of proxies) {
      assert.ok(String(details.gateways).includes(`${proxy.url}: UNAVAILABLE`), message)
      assert.ok(proxy.stats().requests <= 2, `asked ${proxy.stats().requests} times`)
    }
  })

  test('a quick one that came to deny everything is asked less and less', async t => {
    const { pool, proxies } = await poolOf(t, undefined, () => ({ delayMs: 20 }))
    for (const { reference } of chunks.slice(0, 20)) await pool.get(reference)
    proxies[0]!.setRule(always('denies'))
    proxies[0]!.resetStats()
    for (const { reference } of chunks.slice(0, 60)) await pool.get(reference)
    assert.ok(proxies[0]!.stats().requests < 40, `asked ${proxies[0]!.stats().requests} times`)
  })

  test('a gateway that is silent is asked once in a while, not each time', async t => {
    const { pool, proxies } = await poolOf(t, always('hangs'), undefined)
    for (const { reference, bytes } of chunks.slice(0, 60)) assert.deepEqual(await pool.get(reference), bytes)
    assert.ok(proxies[0]!.stats().requests < 10, `asked ${proxies[0]!.stats().requests} times`)
  })

  test('many reads at once come through beside two that are silent', { timeout: 60_000 }, async t => {
    const { proxies } = await poolOf(t, always('hangs'), always('stalls'), undefined)
    const pool = new GatewayPool({ urls: urlsOf(proxies), timeoutMs: 600_000 })
    const answers = await Promise.all(chunks.map(({ reference }) => pool.get(reference)))
    for (const [i, { bytes }] of chunks.entries()) assert.deepEqual(answers[i], bytes)
  })

  test('the budget for duplicates is a tenth of the questions, and little ahead of it', () => {
    const budget = new HedgeBudget()
    for (let i = 0; i < 1000; i++) {
      budget.question()
      for (let tries = 0; tries < 10 && budget.spend(); tries++);
    }
    const { questions, hedges } = budget.counts
    assert.equal(questions, 1000)
    assert.ok(hedges >= 95 && hedges <= 104, `${hedges} hedges`)
  })

  test('duplicated requests stay under their share, counted at the gateways', async t => {
    const slowNow = (index: number) => (index % 4 === 0 ? { delayMs: 60 } : undefined)
    const { pool, proxies } = await poolOf(
      t,
      ...Array(3).fill(({ index }: { index: number }) => slowNow(index)),
    )
    for (let round = 0; round < 2; round++) {
      for (const { reference } of chunks.slice(0, 60)) await pool.get(reference)
    }
    const requests = proxies.reduce((sum, proxy) => sum + proxy.stats().requests, 0)
    const { questions, hedges } = pool.hedging
    assert.equal(questions, 120)
    assert.ok(hedges > 0, 'nothing was hedged')
    assert.ok(hedges <= 4 + 0.1 * questions, `${hedges} hedges`)
    assert.ok(requests <= questions + 4 + 0.1 * questions, `${requests} requests for ${questions} questions`)
  })

  test('NOT_FOUND takes all of them, and lists what each said', async t => {
    const absent = seededReference('absent')
    const { pool } = await poolOf(t, undefined, undefined, always('denies'))
    const error = await expectCode(pool.get(absent), 'NOT_FOUND', 'get')
    assert.equal(error.details.reference, absent)
    assert.equal(String(error.details.gateways).match(/NOT_FOUND/g)!.length, 3)
    assert.match(error.message, /Add a gateway/)
  })

  test('one that can’t tell makes it UNAVAILABLE, before a lie and a denial', async t => {
    const { pool, proxies } = await poolOf(t, always('denies'), always('flips'), always('fails'))
    const { reference } = chunks[3]!
    const error = await expectCode(pool.get(reference), 'UNAVAILABLE', 'get')
    for (const [i, said] of ['NOT_FOUND', 'CORRUPT', 'UNAVAILABLE (500)'].entries()) {
      assert.ok(String(error.details.gateways).includes(`${proxies[i]!.url}: ${said}`), error.message)
    }
    assert.ok(error.message.includes(reference))
    assert.match(error.message, /Try again later, or add another gateway/)
    assert.equal((error.cause as AggregateError).errors.length, 3)
  })

  test('a lie and denials are CORRUPT', async t => {
    const { pool } = await poolOf(t, always('denies'), always('flips'), always('denies'))
    const error = await expectCode(pool.get(chunks[4]!.reference), 'CORRUPT', 'get')
    assert.equal(error.details.reference, chunks[4]!.reference)
  })

  test('a chunk that a node answered by 500 is asked for elsewhere for a minute', async t => {
    const { reference } = chunks[5]!
    const asked: string[] = []
    const { pool } = await poolOf(
      t,
      ({ path }) => {
        asked.push(path)
        return path.endsWith(reference) ? { answer: { status: 500, body: 'read chunk failed' } } : undefined
      },
      undefined,
    )
    for (let i = 0; i < 5; i++) await pool.get(reference)
    await pool.get(chunks[6]!.reference)
    assert.equal(asked.filter(path => path.endsWith(reference)).length, 1)
    assert.equal(pool.health()[0]!.state, 'ready')
  })

  test('Retry-After is obeyed, in seconds and as a date', async t => {
    for (const value of ['120', new Date(Date.now() + 120_000).toUTCString()]) {
      let asked = 0
      const busy: FaultRule = () => {
        asked++
        return { answer: { status: asked % 2 ? 429 : 503, headers: { 'retry-after': value } } }
      }
      const { pool, proxies } = await poolOf(t, busy, undefined)
      for (const { reference } of chunks.slice(0, 10)) await pool.get(reference)
      assert.equal(asked, 1)
      assert.equal(pool.health()[0]!.state, 'resting')
      proxies[1]!.setRule(() => ({ drop: true }))
      await expectCode(pool.get(chunks[0]!.reference), 'UNAVAILABLE', 'get')
      assert.equal(asked, 1, 'not even where nobody else is left')
    }
  })

  test('an open circuit lets one request through when its time is over, and closes after it', async t => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    let broken = true
    const drop: FaultRule = () => (broken ? { drop: true } : undefined)
    const { pool, proxies } = await poolOf(t, drop, drop)
    for (const { reference } of chunks.slice(0, 10)) {
      await expectCode(pool.get(reference), 'UNAVAILABLE', 'get')
    }
    assert.equal(pool.health()[0]!.state, 'failing')
    proxies[1]!.setRule(undefined)
    const before = proxies[0]!.stats().requests
    for (const { reference } of chunks.slice(0, 10)) await pool.get(reference)
    assert.ok(proxies[0]!.stats().requests <= before + 1, 'none while another can answer')
    broken = false
    t.mock.timers.setTime(Date.now() + 3_600_000)
    proxies[1]!.setRule(() => ({ drop: true }))
    await pool.get(chunks[1]!.reference)
    assert.equal(pool.health()[0]!.state, 'ready')
  })

  test('one that fails or lied before is asked when nobody else is left', async t => {
    const { pool, proxies } = await poolOf(t, always('flips'), undefined)
    for (const { reference } of chunks.slice(0, 5)) await pool.get(reference)
    proxies[0]!.setRule(undefined)
    proxies[1]!.setRule(() => ({ drop: true }))
    for (const { reference, bytes } of chunks.slice(5, 30)) assert.deepEqual(await pool.get(reference), bytes)
  })

  test('an abort ends all requests of a read', async t => {
    const { pool, proxies } = await poolOf(t, always('hangs'), always('hangs'))
    const stop = new AbortController()
    const read = pool.get(chunks[0]!.reference, { signal: stop.signal })
    stop.abort('enough')
    assert.equal((await expectCode(read, 'ABORTED', 'get')).cause, 'enough')
    await Promise.all(proxies.map(proxy => proxy.stop()))
    assert.equal(pool.health()[0]!.slow, 0, 'and says nothing of the gateway')
  })

  test('uploads go to the first node that owns the batch', async t => {
    const foreign = await startBeeNode()
    t.after(() => foreign.stop())
    const pool = new GatewayPool({ urls: [await unusedUrl(), foreign.url, node.url], batch, retryMs: 0 })
    const chunk = makeChunk(seededBytes('written through a pool', 100))
    const upload = await pool.beginUpload()
    await upload.put(chunk)
    await upload.confirm()
    assert.deepEqual(await new SwarmStore({ url: node.url }).get(chunk.reference), chunk.bytes)
    const nobody = new GatewayPool({ urls: [foreign.url], batch })
    const { details } = await expectCode(nobody.beginUpload(), 'REFUSED', 'beginUpload')
    assert.equal(details.reason, 'batch-unknown')
  })

  test('no gateway, and one named twice, are INVALID_ARGUMENT; credentials are never shown', async () => {
    const twice = ['http://user:secret@127.0.0.1:1/', 'http://127.0.0.1:1']
    for (const urls of [[], twice, ['ftp://x']]) {
      assert.throws(() => new GatewayPool({ urls }), { code: 'INVALID_ARGUMENT' })
    }
    const pool = new GatewayPool({ urls: ['http://user:secret@127.0.0.1:1/'], retryMs: 0 })
    const error = await expectCode(pool.get(seededReference('x')), 'UNAVAILABLE', 'get')
    assert.doesNotMatch(JSON.stringify([error.message, error.details, pool.health()]), /secret/)
  })
})
