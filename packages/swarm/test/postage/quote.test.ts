import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectCode, seededReference } from '@remote-log/conformance'
import fc from 'fast-check'
import {
  capacityOf,
  chooseBatch,
  depthFor,
  formatBzz,
  type OwnBatchStatus,
  parseBzz,
  quoteBatch,
  quoteTopUp,
  withoutRoom,
} from '../../src/index.ts'

const price = fc.record({
  pricePlur: fc.bigInt({ min: 1n, max: 10n ** 9n }),
  blockTimeMs: fc.integer({ min: 10, max: 60_000 }),
  minimumValidityBlocks: fc.integer({ min: 0, max: 100_000 }),
})
const days = fc.double({ min: 0, max: 10_000, noNaN: true })
const depth = fc.integer({ min: 17, max: 40 })

test('a quote costs amount × 2^depth, lasts as long as asked for, and Bee takes its amount', () => {
  fc.assert(
    fc.property(price, days, depth, (chain, wish, depth) => {
      const quote = quoteBatch(chain, { depth, days: wish }, 1000)
      assert.equal(quote.costPlur, quote.amountPlur * 2n ** BigInt(depth))
      assert.equal(parseBzz(quote.costBzz), quote.costPlur)
      assert.ok(quote.amountPlur > chain.pricePlur * BigInt(chain.minimumValidityBlocks))
      const paidMs = (quote.amountPlur * BigInt(chain.blockTimeMs)) / chain.pricePlur
      assert.ok(Number(paidMs) >= wish * 86_400_000, `${paidMs} ms for ${wish} days`)
      assert.equal(quote.expires, 1000 + quote.seconds! * 1000)
    }),
  )
})

test('a top-up costs the days asked for and no minimum, and ends after what is left', () => {
  const chain = { pricePlur: 24_000n, blockTimeMs: 5000, minimumValidityBlocks: 17_280 }
  const quote = quoteTopUp(chain, { depth: 20, days: 10 }, 0, 86_400)
  assert.equal(quote.amountPlur, 24_000n * 172_800n)
  assert.equal(quote.seconds, 11 * 86_400)
  // A day at depth 17, worked out by hand: 24,000 × 17,280 + 1 PLUR for each of 131,072 chunks.
  assert.equal(quoteBatch(chain, { depth: 17, days: 1 }, 0).costBzz, '0.0054358179971072')
  assert.equal(quoteBatch({ ...chain, pricePlur: 0n }, { depth: 17, days: 1 }, 0).expires, undefined)
})

test('what is no depth, time or amount of BZZ is INVALID_ARGUMENT', async () => {
  const chain = { pricePlur: 24_000n, blockTimeMs: 5000, minimumValidityBlocks: 17_280 }
  for (const bad of [
    { depth: 16, days: 1 },
    { depth: 256, days: 1 },
    { depth: 17.5, days: 1 },
    { depth: 17, days: -1 },
    { depth: 17, days: Number.NaN },
    { depth: 17, days: 1e300 },
  ]) {
    await expectCode((async () => quoteBatch(chain, bad, 0))(), 'INVALID_ARGUMENT', JSON.stringify(bad))
  }
  for (const bad of ['', '-1', '1e3', '0.12345678901234567', '1,5']) {
    await expectCode((async () => parseBzz(bad))(), 'INVALID_ARGUMENT', bad)
  }
})

test('BZZ are written exactly', () => {
  for (const [plur, bzz] of [
    [0n, '0'],
    [1n, '0.0000000000000001'],
    [10n ** 16n, '1'],
    [-15n * 10n ** 15n, '-1.5'],
    [123456789012345678901n, '12345.6789012345678901'],
  ] as const) {
    assert.equal(formatBzz(plur), bzz)
    if (plur >= 0n) assert.equal(parseBzz(bzz), plur)
  }
})

test('the depth for a size is the smallest whose effective capacity holds it', async () => {
  assert.equal(await depthFor(0), 17)
  for (let depth = 17; depth < 34; depth++) {
    const { effectiveBytes, capacityBytes } = await capacityOf(depth)
    assert.ok(effectiveBytes > 0 && effectiveBytes < capacityBytes)
    assert.equal(await depthFor(effectiveBytes), depth)
    assert.equal(await depthFor(effectiveBytes + 1), depth + 1)
  }
  await expectCode(depthFor(2 ** 47), 'INVALID_ARGUMENT', 'too much')
  await expectCode(depthFor(-1), 'INVALID_ARGUMENT', 'no size')
})

const batch = (fields: Partial<OwnBatchStatus>): OwnBatchStatus => ({
  id: 'aa'.repeat(32),
  label: '',
  usable: true,
  depth: 20,
  bucketDepth: 16,
  amountPlur: 1n,
  blockNumber: 0,
  immutable: true,
  ttlSeconds: 100_000,
  utilization: 0,
  slots: 16,
  capacityBytes: 1,
  effectiveBytes: 1000,
  roomBytes: 1000,
  expires: undefined,
  ...fields,
})

test('of the batches that will do, the one with least room is taken, and each other is told why', () => {
  const batches = [
    batch({ id: '01', usable: false }),
    batch({ id: '02', ttlSeconds: 10 }),
    batch({ id: '03', immutable: false }),
    batch({ id: '04', utilization: 16, roomBytes: 0 }),
    batch({ id: '05', roomBytes: 99 }),
    batch({ id: '06', roomBytes: 5000, ttlSeconds: -1 }),
    batch({ id: '07' }),
    batch({ id: '08' }),
    batch({ id: '09', ttlSeconds: 200_000 }),
  ]
  const need = { bytes: 100, seconds: 50_000 }
  for (const order of [batches, batches.toReversed()]) {
    const { batch: best, rejected } = chooseBatch(order, need)
    assert.equal(best?.id, '09')
    assert.deepEqual(Object.fromEntries(rejected.map(({ id, reason }) => [id, reason])), {
      '01': 'not-usable',
      '02': 'too-short',
      '03': 'mutable',
      '04': 'full',
      '05': 'too-small',
      '06': 'worse-fit',
      '07': 'worse-fit',
      '08': 'worse-fit',
    })
  }
  assert.equal(chooseBatch(batches.slice(0, 3), { ...need, mutable: true }).batch?.id, '03')
  assert.equal(chooseBatch(batches.slice(0, 3), need).batch, undefined)
})

test('buckets say exactly which new chunks find no room', () => {
  const addresses = Array.from({ length: 3000 }, (_, i) => seededReference(`room ${i}`))
  const taken = new Uint32Array(65_536).fill(1)
  const left = new Set(withoutRoom({ slots: 2, taken }, [...addresses, ...addresses]))
  const first = new Set<string>()
  for (const address of addresses) {
    const bucket = address.slice(0, 4)
    assert.equal(left.has(address), first.has(bucket), address)
    first.add(bucket)
  }
  assert.ok(left.size > 0)
})
