import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { expectCode } from '@remote-log/conformance'
import { type BeeNode, ManualClock, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { BeePostage, SwarmStore } from '../../src/index.ts'

const DAY = 86_400
const FAST = { pollMs: 1, patienceMs: 5000 }

async function world(t: TestContext, blockTimeMs = 5000) {
  const clock = new ManualClock()
  const node = await startBeeNode({ clock, blockTimeMs })
  const proxy = await startFaultProxy({ target: node.url })
  t.after(async () => {
    await proxy.stop()
    await node.stop()
  })
  const postage = new BeePostage({ ...FAST, url: proxy.url, now: () => clock.now() })
  return { clock, node, proxy, postage }
}

async function balanceOf(node: BeeNode): Promise<bigint> {
  const { bzzBalance } = (await (await fetch(`${node.url}/wallet`)).json()) as { bzzBalance: string }
  return BigInt(bzzBalance)
}

test('a batch is quoted, bought for that price, waited for, chosen and written with', async t => {
  const { clock, node, postage } = await world(t)
  const quote = await postage.quote({ bytes: 600_000_000, days: 30 })
  assert.equal(quote.depth, 20)
  assert.equal(quote.blockTimeFrom, 'assumed')
  const before = await balanceOf(node)
  const bought = await postage.buy(await postage.order(quote))
  assert.equal(before - (await balanceOf(node)), quote.costPlur)
  assert.equal(bought.immutable, true)
  assert.equal(bought.usable, false)
  assert.equal((await postage.choose({})).rejected[0]?.reason, 'not-usable')
  await expectCode(postage.check(bought.id), 'REFUSED', 'a young batch')

  const seen: number[] = []
  const onProgress = (blocks: number) => {
    seen.push(blocks)
    clock.advance(5000)
  }
  await postage.waitUsable(bought.id, { onProgress })
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

  const { batch } = await postage.choose({ bytes: 500_000_000, seconds: 29 * DAY })
  assert.equal(batch?.id, bought.id)
  assert.equal(batch.expires, clock.now() + batch.ttlSeconds * 1000)
  assert.ok(Math.abs(batch.expires - quote.expires!) <= 10_000)
  await new SwarmStore({ url: node.url, batch: batch.id }).beginUpload()
  await expectCode(postage.check(batch.id, { chunks: 2 ** 20 + 1 }), 'REFUSED', 'too many chunks')
  assert.equal((await postage.buckets(batch.id)).slots, 16)
})

test('the block time is measured by a batch that lasts', async t => {
  const { node, postage } = await world(t, 1000)
  await node.grantBatch()
  const quote = await postage.quote({ depth: 17, days: 30 })
  assert.deepEqual([quote.blockTimeMs, quote.blockTimeFrom], [1000, 'measured'])
  assert.equal(quote.seconds, 30 * DAY)
})

for (const [name, fault] of [
  ['cut off', { cutAfter: 0 }],
  ['cut in the middle', { cutAfter: 20 }],
] as const) {
  test(`an answer that is ${name} buys, tops up and dilutes once`, async t => {
    const { node, proxy, postage } = await world(t)
    const before = await balanceOf(node)
    proxy.setRule(({ method }) => (method === 'GET' ? undefined : fault))
    const quote = await postage.quote({ depth: 18, days: 10 })
    const order = JSON.parse(JSON.stringify(await postage.order(quote)))
    const bought = await postage.buy(order)
    assert.equal((await postage.buy(order)).id, bought.id)
    assert.equal((await postage.list()).length, 1)
    assert.equal(before - (await balanceOf(node)), quote.costPlur)

    const more = await postage.quoteTopUp(bought.id, 20)
    const topUp = JSON.parse(JSON.stringify(await postage.orderTopUp(bought.id, more)))
    const expiry = await postage.topUp(topUp)
    assert.deepEqual(await postage.topUp(topUp), expiry)
    assert.equal(before - (await balanceOf(node)), quote.costPlur + more.costPlur)
    assert.ok(Math.abs(expiry.expires! - more.expires!) <= 10_000)

    for (let again = 0; again < 2; again++) assert.equal((await postage.dilute(bought.id, 19)).depth, 19)
    const half = await postage.expiry(bought.id)
    assert.ok(Math.abs(half.seconds! - 15 * DAY) <= 10)
  })
}

test('a crash after paying is found again by the order alone, a batch of another order is not', async t => {
  const { node, proxy, postage } = await world(t)
  const quote = await postage.quote({ depth: 17, days: 2 })
  const [first, second] = [await postage.order(quote), await postage.order(quote)]
  // The answer of the purchase, and every look after it, is lost: all that this process ever learns.
  let sent = false
  proxy.setRule(({ method }) => {
    sent ||= method === 'POST'
    return method === 'POST' ? { cutAfter: 0 } : sent ? { drop: true } : undefined
  })
  const impatient = new BeePostage({ url: proxy.url, pollMs: 1, patienceMs: 1 })
  const error = await expectCode(impatient.buy(first), 'UNAVAILABLE', 'a lost purchase')
  assert.equal(error.details.sent, true)
  assert.match(error.message, /looks for it before it pays/)
  proxy.setRule(undefined)

  const found = await postage.buy(first)
  const other = await postage.buy(second)
  assert.notEqual(found.id, other.id)
  assert.equal((await postage.list()).length, 2)
  assert.equal(await balanceOf(node), 10n ** 21n - 2n * quote.costPlur)
  await expectCode(
    postage.buy({ ...first, sinceBlock: first.sinceBlock + 1000 }),
    'INVALID_ARGUMENT',
    'a label that is taken',
  )
})

test('a look that is refused says nothing of what was paid: UNAVAILABLE, before it is sent and after', async t => {
  const { node, proxy, postage } = await world(t)
  const order = await postage.order(await postage.quote({ depth: 17, days: 2 }))
  const answer = { status: 403, body: '{"code":403,"message":"Chain is disabled."}' }
  let posts = 0
  const blind = (from: number) =>
    proxy.setRule(({ method, path }) => {
      if (method === 'POST') posts++
      return method === 'GET' && path === '/stamps' && posts >= from ? { answer } : undefined
    })
  blind(0)
  const before = await expectCode(postage.buy(order), 'UNAVAILABLE', 'a first look that is refused')
  assert.match(before.message, /no look at whether the purchase happened before/)
  assert.equal(posts, 0)
  blind(1)
  const after = await expectCode(postage.buy(order), 'UNAVAILABLE', 'a later look that is refused')
  assert.deepEqual([after.details.sent, posts], [true, 1])
  proxy.setRule(undefined)
  const { id } = await postage.buy(order)
  assert.deepEqual(
    node.batches().map(batch => batch.id),
    [id],
  )
})

test('a batch that Bee recovered before the order was written is another one', async t => {
  const { clock, node, postage } = await world(t)
  const quote = await postage.quote({ depth: 17, days: 2 })
  const older = await node.grantBatch({
    ...{ depth: 17, immutable: true, amount: quote.amountPlur, label: 'recovered', fresh: true },
  })
  await clock.advance(20_000)
  const order = await postage.order(quote)
  const { id } = await postage.buy(order)
  assert.notEqual(id, older)
  assert.equal((await postage.buy(order)).id, id)
})

test('a batch that Bee recovered from the chain is known by what was paid', async t => {
  const { node, postage } = await world(t)
  const order = await postage.order(await postage.quote({ depth: 17, days: 2 }))
  const recovered = { depth: 17, immutable: true, amount: BigInt(order.amountPlur), label: 'recovered' }
  const old = await node.grantBatch({ ...recovered, amount: recovered.amount + 1n, fresh: true })
  const id = await node.grantBatch({ ...recovered, fresh: true })
  const before = await balanceOf(node)
  assert.equal((await postage.buy(order)).id, id)
  assert.notEqual(id, old)
  assert.equal(await balanceOf(node), before)
})

test('429 is waited out, a pending transaction and a 500 are never paid over', async t => {
  const { node, proxy, postage } = await world(t)
  const order = await postage.order(await postage.quote({ depth: 17, days: 2 }))
  const answer = (status: number, body: object) => ({ answer: { status, body: JSON.stringify(body) } })
  let posts = 0
  proxy.setRule(({ method, path }) => {
    if (method === 'POST') posts++
    if (path !== '/transactions') return undefined
    return answer(200, { pendingTransactions: [{ transactionHash: '0x12' }] })
  })
  const pending = await expectCode(postage.buy(order), 'UNAVAILABLE', 'a pending transaction')
  assert.equal(pending.details.pending, 1)
  assert.equal(posts, 0)

  proxy.setRule(({ method }) => {
    if (method !== 'POST') return undefined
    posts++
    return answer(500, { message: 'cannot create batch' })
  })
  const impatient = new BeePostage({ url: proxy.url, pollMs: 1, patienceMs: 20 })
  await expectCode(impatient.buy(order), 'UNAVAILABLE', 'a 500')
  assert.equal(posts, 1)

  let busy = 3
  proxy.setRule(({ method }) =>
    method === 'POST' && busy-- > 0
      ? answer(429, { code: 429, message: 'simultaneous on-chain operations not supported' })
      : undefined,
  )
  await postage.buy(order)
  assert.equal(node.batches().length, 1)
})

test('Bee’s refusals keep their reason, and nothing is paid', async t => {
  const { node, postage } = await world(t)
  const quote = await postage.quote({ depth: 17, days: 2 })
  const dear = await postage.order({ depth: 41, amountPlur: quote.amountPlur })
  const short = await postage.order({ depth: 17, amountPlur: 24_000n * 17_280n })
  for (const [order, reason] of [
    [dear, 'out-of-funds'],
    [short, 'too-short'],
  ] as const) {
    const error = await expectCode(postage.buy(order), 'REFUSED', reason)
    assert.equal(error.details.reason, reason)
  }
  const { id } = await postage.buy(await postage.order(quote))
  const unaffordable = await postage.orderTopUp(id, { amountPlur: 10n ** 17n })
  const funds = await expectCode(postage.topUp(unaffordable), 'REFUSED', 'out of funds')
  assert.equal(funds.details.reason, 'out-of-funds')
  for (const depth of [20, 19]) {
    const error = await expectCode(postage.dilute(id, depth), 'REFUSED', 'less than a day would be left')
    assert.equal(error.details.reason, 'dilution')
  }
  assert.equal(await balanceOf(node), 10n ** 21n - quote.costPlur)
  await expectCode(postage.dilute('ab'.repeat(32), 20), 'NOT_FOUND', 'no batch of this node')
})

test('anybody’s batch has an expiry and can be topped up; one that ran out has none', async t => {
  const { clock, node, postage } = await world(t)
  const amount = 24_000n * 34_560n
  const foreign = await node.grantBatch({ owner: '11'.repeat(20), depth: 17, amount })
  assert.deepEqual(await postage.expiry(foreign), {
    batch: foreign,
    depth: 17,
    seconds: 2 * DAY,
    expires: clock.now() + 2 * DAY * 1000,
    from: 'GET /batches/{id}',
  })
  const quote = await postage.quoteTopUp(foreign, 1)
  assert.equal((await postage.topUp(await postage.orderTopUp(foreign, quote))).seconds, 3 * DAY)
  clock.advance(3 * DAY * 1000)
  const error = await expectCode(postage.expiry(foreign), 'NOT_FOUND', 'it ran out')
  assert.match(error.message, /ran out, or never was/)
})

test('a batch that is about to run out is REFUSED before anything is sent', async t => {
  const { clock, node, postage } = await world(t)
  const batch = await node.grantBatch({ depth: 17, amount: 24_000n * 34_560n })
  const store = new SwarmStore({ url: node.url, batch })
  await store.beginUpload()
  clock.advance((2 * DAY - 3590) * 1000)
  const error = await expectCode(store.beginUpload(), 'REFUSED', 'less than an hour')
  assert.equal(error.details.reason, 'batch-expiring')
  assert.match(error.message, /remote-log postage topup/)
  await new SwarmStore({ url: node.url, batch, minimumBatchSeconds: 600 }).beginUpload()
  await postage.check(batch, { seconds: 600 })
})

test('a signal ends waiting, and says of what was sent that it may still happen', async t => {
  const { postage, proxy, clock } = await world(t)
  const order = await postage.order(await postage.quote({ depth: 17, days: 2 }))
  const stop = new AbortController()
  proxy.setRule(({ method }) => {
    if (method !== 'POST') return undefined
    stop.abort('enough')
    return { hang: true }
  })
  const error = await expectCode(postage.buy(order, { signal: stop.signal }), 'ABORTED', 'buy')
  assert.equal(error.details.sent, true)
  proxy.setRule(undefined)
  const { id } = await postage.buy(order)
  const waiting = new AbortController()
  const onProgress = () => waiting.abort()
  await expectCode(postage.waitUsable(id, { signal: waiting.signal, onProgress }), 'ABORTED', 'wait')
  clock.advance(50_000)
  await postage.waitUsable(id)
})
