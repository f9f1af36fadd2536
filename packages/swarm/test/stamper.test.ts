import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Signature, Stamper as TheirStamper } from '@ethersphere/bee-js'
import { expectCode, seededBytes, seededReference } from '@remote-log/conformance'
import type { Reference } from '@remote-log/core'
import { MemoryStampStorage, Stamper, type StamperOptions } from '../src/index.ts'
import { OWNER, ownerSigner } from './batch-owner.ts'

const BATCH = 'ab'.repeat(32)

const open = (change: Partial<StamperOptions> = {}) =>
  Stamper.open({
    batch: BATCH,
    depth: 17,
    signer: ownerSigner(),
    storage: new MemoryStampStorage(),
    ...change,
  })

/** A stamp's parts; the signature must be that of the batch's owner for this chunk. */
function read(stamp: Uint8Array, reference: Reference) {
  const bytes = Buffer.from(stamp)
  const signed = Buffer.concat([Buffer.from(reference, 'hex'), bytes.subarray(0, 48)])
  // bee-js hashes what it is given, then as EIP-191 says.
  const signer = new Signature(bytes.subarray(48)).recoverPublicKey(signed).address()
  assert.equal(signer.toHex(), OWNER.slice(2))
  return parts(stamp, reference)
}

/** A stamp's parts, whoever signed it: to recover a key takes bee-js a tenth of a second. */
function parts(stamp: Uint8Array, reference: Reference) {
  const bytes = Buffer.from(stamp)
  assert.equal(bytes.length, 113)
  assert.equal(bytes.subarray(0, 32).toString('hex'), BATCH)
  const [bucket, slot] = [bytes.readUInt32BE(32), bytes.readUInt32BE(36)]
  assert.equal(bucket, Number.parseInt(reference.slice(0, 4), 16))
  return { bucket, slot, timestamp: bytes.readBigUInt64BE(40) }
}

/** The n-th chunk of this bucket. */
const inBucket = (bucket: number, n: number) =>
  (bucket.toString(16).padStart(4, '0') + seededReference(`${bucket} ${n}`).slice(4)) as Reference

describe('a stamp', () => {
  test('is what bee-js makes of the same key, batch, chunk, slot and time, and of no other time', async () => {
    const key = Buffer.from(seededBytes('owner of a postage batch', 32)).toString('hex')
    const theirs = TheirStamper.fromBlank(key, BATCH, 17)
    const now = Date.now()
    const stamper = await open({ now: () => now })
    for (let n = 0; n < 20; n++) {
      const reference = seededReference(`${n}`)
      const envelope = theirs.stamp({ hash: () => Buffer.from(reference, 'hex') } as never)
      const stamp = await stamper.stamp(reference)
      const { slot, bucket, timestamp } = read(stamp, reference)
      const index = Buffer.from(envelope.index)
      assert.deepEqual([bucket, slot], [index.readUInt32BE(0), index.readUInt32BE(4)])
      assert.equal(Buffer.from(envelope.issuer).toString('hex'), OWNER.slice(2))
      assert.equal(timestamp, BigInt(now) * 1_000_000n + BigInt(n), 'nanoseconds, each later than the last')
    }
  })

  test('of the same chunk keeps the slot and is newer; other chunks of the bucket get others', async () => {
    const stamper = await open({ depth: 18 })
    const [a, b] = [inBucket(7, 1), inBucket(7, 2)]
    const stamps: ReturnType<typeof read>[] = []
    for (const reference of [a, b, a, a, b]) stamps.push(read(await stamper.stamp(reference), reference))
    assert.deepEqual(
      stamps.map(({ slot }) => slot),
      [0, 1, 0, 0, 1],
    )
    assert.ok(stamps.every(({ timestamp }, i) => i === 0 || timestamp > stamps[i - 1]!.timestamp))
    assert.equal(stamper.fill, 2 / 2 ** 18)
  })

  test('of a chunk whose bucket is full is refused, naming bucket and remedy; others go on', async () => {
    const stamper = await open()
    for (const n of [0, 1]) await stamper.stamp(inBucket(0x1234, n))
    const error = await expectCode(stamper.stamp(inBucket(0x1234, 2)), 'REFUSED', 'stamp')
    assert.deepEqual([error.details.reason, error.details.bucket], ['batch-full', 0x1234])
    assert.match(error.message, /bucket 4660 .* 2 slots .* % .*buy or dilute/)
    assert.equal(read(await stamper.stamp(inBucket(0x1234, 0)), inBucket(0x1234, 0)).slot, 0)
    assert.equal(read(await stamper.stamp(inBucket(0x1235, 0)), inBucket(0x1235, 0)).slot, 0)
  })

  test('after a dilution there are twice as many slots, and none of the old ones again', async () => {
    const storage = new MemoryStampStorage()
    const before = await open({ storage })
    for (const n of [0, 1]) await before.stamp(inBucket(9, n))
    const after = await open({ storage, depth: 18 })
    const slots: number[] = []
    for (const n of [2, 3, 1]) slots.push(read(await after.stamp(inBucket(9, n)), inBucket(9, n)).slot)
    assert.deepEqual(slots, [2, 3, 1])
    await expectCode(after.stamp(inBucket(9, 4)), 'REFUSED', 'stamp')
  })

  test('rises in time where the clock stands, jumps back, or jumped ahead before a restart', async () => {
    const storage = new MemoryStampStorage()
    let now = Date.UTC(2030, 1, 1)
    let last = 0n
    for (let restart = 0; restart < 4; restart++) {
      const stamper = await open({ storage, now: () => now })
      for (const jump of [0, 0, -3600_000, 5, 0, 86_400_000, -86_400_000 * 300]) {
        now += jump
        const { timestamp } = read(await stamper.stamp(seededReference('same')), seededReference('same'))
        assert.ok(timestamp > last, `${timestamp} after ${last}`)
        last = timestamp
      }
    }
  })

  test('leaves only when its slot is on disk: where that fails, nothing leaves, and the slot is not lost', async () => {
    let broken: Error | undefined
    class Disk extends MemoryStampStorage {
      override async put(number: number, record: Uint8Array): Promise<void> {
        if (broken) throw broken
        await super.put(number, record)
      }
    }
    const storage = new Disk()
    const stamper = await open({ storage })
    await stamper.stamp(inBucket(1, 0))
    broken = new Error('disk full')
    await assert.rejects(stamper.stamp(inBucket(1, 1)), broken)
    broken = undefined
    assert.equal(read(await stamper.stamp(inBucket(1, 1)), inBucket(1, 1)).slot, 1)
    const again = await open({ storage, depth: 18 })
    assert.equal(read(await again.stamp(inBucket(1, 2)), inBucket(1, 2)).slot, 2)
  })

  test('many at once share their writes to disk; each slot is given out once', async () => {
    let writes = 0
    class Disk extends MemoryStampStorage {
      override async put(number: number, record: Uint8Array): Promise<void> {
        writes++
        await super.put(number, record)
      }
    }
    const stamper = await open({ depth: 20, storage: new Disk() })
    const references = Array.from({ length: 400 }, (_, n) => inBucket(n % 50, n))
    const stamps = await Promise.all(references.map(reference => stamper.stamp(reference)))
    const slots = stamps.map((stamp, i) => (i % 40 === 0 ? read : parts)(stamp, references[i]!))
    assert.equal(new Set(slots.map(({ bucket, slot }) => `${bucket} ${slot}`)).size, 400)
    assert.equal(new Set(slots.map(({ timestamp }) => timestamp)).size, 400)
    assert.ok(writes <= 3, `${writes} writes`)
  })
})

describe('a stamper', () => {
  test('that takes a batch over skips what a node used, also after a restart', async () => {
    const storage = new MemoryStampStorage()
    const used = new Uint32Array(65536)
    used[3] = 1
    used[4] = 2
    const first = await open({ storage })
    await first.stamp(inBucket(5, 0))
    await first.passOver(used)
    for (const stamper of [first, await open({ storage })]) {
      assert.equal(read(await stamper.stamp(inBucket(3, 0)), inBucket(3, 0)).slot, 1)
      await expectCode(stamper.stamp(inBucket(4, 0)), 'REFUSED', 'stamp')
      assert.equal(read(await stamper.stamp(inBucket(5, 0)), inBucket(5, 0)).slot, 0)
    }
    await assert.rejects(first.passOver(new Uint32Array(3)), RangeError)
  })

  test('with wrong options or damaged records is refused', async () => {
    for (const change of [{ depth: 16 }, { depth: 17.5 }, { depth: 41 }, { batch: 'ab' }]) {
      await expectCode(open(change), 'INVALID_ARGUMENT', JSON.stringify(change))
    }
    for (const record of [
      new Uint8Array(0),
      Uint8Array.of(9),
      new Uint8Array(46).fill(1),
      Uint8Array.of(2, 0),
    ]) {
      const storage = new MemoryStampStorage()
      await storage.put(0, record)
      await expectCode(open({ storage }), 'LOCAL_DAMAGED', 'open')
    }
  })

  test('makes room for chunks together: two of one bucket need two slots', async () => {
    const stamper = await open()
    const { room } = stamper
    const bytes = (n: number) => Buffer.from(inBucket(8, n), 'hex')
    const fits = (...chunks: readonly number[]) => room.crowding(chunks.map(bytes)) < Number.POSITIVE_INFINITY
    assert.deepEqual([fits(0, 1), fits(0, 1, 2)], [true, false])
    await stamper.stamp(inBucket(8, 0))
    assert.deepEqual([fits(0, 1), fits(1, 2)], [true, false])
    room.take([bytes(1)])
    assert.equal(read(await stamper.stamp(inBucket(8, 1)), inBucket(8, 1)).slot, 1)
    assert.equal(room.full(3).details.reason, 'batch-full')
  })

  test('knows where it is crowded, and brings what has a slot back to it', async () => {
    const { room } = await open({ depth: 18 })
    const bytes = (bucket: number, n: number) => Buffer.from(inBucket(bucket, n), 'hex')
    room.take([bytes(1, 0), bytes(1, 1), bytes(2, 0)])
    assert.deepEqual(
      [[bytes(3, 0)], [bytes(2, 1)], [bytes(1, 2)], [bytes(1, 2), bytes(1, 3)], [bytes(1, 0)]].map(chunks =>
        room.crowding(chunks),
      ),
      [0, 1, 2, 2 + 3, -1],
    )
  })

  test('remembers many thousands of chunks', async () => {
    const storage = new MemoryStampStorage()
    const stamper = await open({ depth: 24, storage })
    const bytes = seededBytes('many', 32 * 20_000)
    const addresses = Array.from({ length: 20_000 }, (_, i) => bytes.subarray(32 * i, 32 * i + 32))
    stamper.room.take(addresses)
    stamper.room.take(addresses)
    assert.equal(stamper.fill, 20_000 / 2 ** 24)
    await stamper.stamp(seededReference('to disk'))
    const again = await open({ depth: 24, storage })
    again.room.take(addresses)
    assert.equal(again.fill, 20_001 / 2 ** 24)
  })
})
