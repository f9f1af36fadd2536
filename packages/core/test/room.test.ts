import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import fc from 'fast-check'
import { ChangingChunk } from '../src/bmt/changing-chunk.ts'
import {
  type Chunk,
  type ChunkRoom,
  chunkPayload,
  decodePage,
  emptyLogState,
  FileSplitter,
  LogBuilder,
  makeChunk,
  parseHex,
  type Reference,
  RefusedError,
} from '../src/index.ts'
import { anyEntry, BASE, embedded, LOG, SEED } from './page-model.ts'

/** A batch of 2^bits buckets, as plainly as it can be; the same chunk takes one slot. */
class PlainRoom implements ChunkRoom {
  readonly maxSalts: number
  readonly choices = 1
  readonly known = new Set<string>()
  readonly #bits: number
  readonly #slots: number
  readonly #taken: number[] = []

  constructor(bits: number, slots: number, maxSalts = 2 ** 14) {
    this.#bits = bits
    this.#slots = slots
    this.maxSalts = maxSalts
  }

  crowding(addresses: readonly Uint8Array[]): number {
    const more = new Set(addresses.map(hex).filter(reference => !this.known.has(reference)))
    const fits = [...more].every(reference => {
      const bucket = this.bucket(reference)
      const asked = [...more].filter(other => this.bucket(other) === bucket).length
      return (this.#taken[bucket] ?? 0) + asked <= this.#slots
    })
    return fits ? 0 : Number.POSITIVE_INFINITY
  }

  take(addresses: readonly Uint8Array[]): void {
    for (const reference of addresses.map(hex)) {
      if (this.known.has(reference)) continue
      this.known.add(reference)
      this.#taken[this.bucket(reference)] = (this.#taken[this.bucket(reference)] ?? 0) + 1
    }
  }

  bucket(reference: string): number {
    return Number.parseInt(reference.slice(0, 8), 16) >>> (32 - this.#bits)
  }

  full(chunks: number): RefusedError {
    return new RefusedError('full', { chunks })
  }

  /** Whether so many different chunks can all be stored. */
  holds(references: Iterable<string>): boolean {
    const counts = new Map<number, number>()
    for (const reference of new Set(references)) {
      const bucket = this.bucket(reference)
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    return [...counts.values()].every(count => count <= this.#slots)
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('a chunk that changes', () => {
  test('has the address of the chunk made anew, wherever the bytes stand', () => {
    for (const [length, at, changed] of [
      [4096, 55, 8],
      [4096, 4064, 32],
      [64, 32, 32],
      [4080, 4032, 32],
      [96, 48, 32],
      [4096, 2976, 32],
      [48, 0, 32],
      [4096, 0, 4096],
      [1, 0, 1],
    ] as const) {
      const payload = seededBytes(`changing ${length}`, length)
      const span = length * 4096
      const chunk = new ChangingChunk(makeChunk(payload, span).bytes.slice(), at, changed)
      for (let round = 0; round < 3; round++) {
        const bytes = seededBytes(`change ${at} ${round}`, changed)
        payload.set(bytes, at)
        const anew = makeChunk(payload, span)
        assert.equal(hex(chunk.with(bytes)), anew.reference)
        assert.deepEqual(chunk.bytes, anew.bytes)
        if (Math.floor(at / 64) !== Math.floor((at + changed - 1) / 64)) {
          assert.throws(() => chunk.either(bytes, bytes), RangeError)
          continue
        }
        const two = [0, 1].map(i => seededBytes(`either ${at} ${round} ${i}`, changed))
        const addresses = two.map(other => {
          const copy = payload.slice()
          copy.set(other, at)
          return makeChunk(copy, span).reference
        })
        assert.deepEqual(chunk.either(two[0]!, two[1]!).map(hex), addresses)
        assert.deepEqual(chunk.bytes, anew.bytes)
      }
    }
  })

  test('refuses bytes that it has not', () => {
    const { bytes } = makeChunk(new Uint8Array(100))
    assert.throws(() => new ChangingChunk(bytes, 69, 32), RangeError)
    assert.throws(() => new ChangingChunk(bytes, 68, 32).with(new Uint8Array(31)), RangeError)
  })
})

/** Builds a log in publishes of so many entries; what is uploaded, in order. */
function publishes(builder: LogBuilder, sizes: readonly number[], seals: boolean): Chunk[] {
  const uploaded: Chunk[] = []
  let n = 0
  for (const size of sizes) {
    let sealed: Chunk[] = []
    for (let i = 0; i < size; i++, n++) {
      sealed.push(...builder.append(embedded(seededBytes(`entry ${n}`, 900), BASE + n)).chunks)
      if (seals) sealed.push(...builder.seal())
    }
    const head = builder.head()
    sealed = [...sealed, ...head.sealed]
    uploaded.push(...sealed, ...(sealed.length > 0 ? head.edge : []), head.page)
  }
  return uploaded
}

describe('a log in a room', () => {
  test('finds room for every chunk, and the same salts make the same bytes again', () => {
    const sizes = [1, 30, 2, 90, 1, 1, 1, 270, 4, 400]
    for (const seals of [false, true]) {
      const plain = publishes(new LogBuilder(emptyLogState(LOG)), sizes, seals)
      // 16 buckets: a page, the two nodes that it completes and four of the edge often fall into the same one.
      const room = new PlainRoom(4, Math.ceil((1.05 * plain.length) / 16))
      const builder = new LogBuilder(emptyLogState(LOG), { room })
      const uploaded = publishes(builder, sizes, seals)
      assert.ok(room.holds(uploaded.map(({ reference }) => reference)))
      assert.deepEqual(new Set(uploaded.map(({ reference }) => reference)), room.known)
      assert.ok(builder.salts.pages.size > 0, 'no salt was needed')
      assert.ok(!room.holds(plain.map(({ reference }) => reference)), 'without salts it would not fit')
      assert.equal(uploaded.length, plain.length, 'packing costs no chunk')

      const last = uploaded.at(-1)!
      const page = decodePage(chunkPayload(last.bytes), { kind: 'head', log: LOG })
      const splitter = new FileSplitter()
      const pages = uploaded.filter(({ bytes }) => isPage(bytes) && bytes.length === 4104)
      for (const { bytes } of pages.slice(0, page.roots!.sealedPages)) splitter.push(chunkPayload(bytes))
      assert.equal(splitter.finish().root, page.roots!.history)
    }
  })

  test('given the salts of before, a builder without a room makes the same chunks', () => {
    const room = new PlainRoom(3, 9)
    const builder = new LogBuilder(emptyLogState(LOG), { room })
    const entries = Array.from({ length: 200 }, (_, n) => embedded(seededBytes(`${n}`, 1000), BASE + n))
    const first = entries.flatMap(entry => builder.append(entry).chunks)
    const head = builder.head()
    assert.notEqual(builder.salts.pages.size, 0)
    const again = new LogBuilder(emptyLogState(LOG), { salts: builder.salts })
    const second = entries.flatMap(entry => again.append(entry).chunks)
    const { sealed, ...rest } = again.head()
    assert.deepEqual([second, sealed], [[...first, ...head.sealed], []])
    assert.deepEqual(rest, { reference: head.reference, page: head.page, edge: head.edge })
    assert.deepEqual(again.salts, builder.salts)
  })

  test('what has its room already takes none: a second run chooses the same salts', () => {
    const room = new PlainRoom(4, 12)
    const run = () => publishes(new LogBuilder(emptyLogState(LOG), { room }), [100, 3, 200], false)
    const first = run()
    const taken = room.known.size
    assert.deepEqual(run(), first)
    assert.equal(room.known.size, taken)
  })

  test('of the choices the least crowded salt is taken, the first of equals; behind them the first that fits', () => {
    const build = (choices: number, crowding: (n: number) => number) => {
      let tries = 0
      const room = {
        maxSalts: 9,
        choices,
        crowding: () => crowding(tries++),
        take: () => undefined,
        full: () => new RefusedError('full'),
      }
      const builder = new LogBuilder(emptyLogState(LOG), { room })
      builder.append(embedded(seededBytes('one', 5), BASE))
      builder.head()
      return builder.salts.head
    }
    const none = Number.POSITIVE_INFINITY
    assert.equal(
      build(1, () => 3),
      0,
    )
    assert.equal(
      build(4, n => [2, 1, 1, 3, 0][n]!),
      1,
    )
    assert.equal(
      build(5, n => [2, 1, 1, 3, 0][n]!),
      4,
    )
    assert.equal(
      build(5, n => [none, 1, 1, -1, 0][n]!),
      3,
    )
    assert.equal(
      build(3, n => [none, none, none, 7, 0][n]!),
      3,
    )
    assert.equal(
      build(9, n => (n === 8 ? 5 : none)),
      8,
    )
    assert.throws(() => build(3, n => (n === 9 ? 0 : none)), RefusedError)
  })

  test('a builder that finds no room refuses, and is as it was', () => {
    const room = new PlainRoom(4, 1, 200)
    const builder = new LogBuilder(emptyLogState(LOG), { room })
    const add = (n: number) => builder.append(embedded(seededBytes(`${n}`, 3800), BASE + n))
    let n = 0
    const refused = (error: unknown) => error instanceof RefusedError && error.details.chunks === 1
    assert.throws(() => {
      for (; ; n++) add(n)
    }, refused)
    assert.ok(n >= 16 && n <= 18, `${n}`)
    assert.throws(() => add(n), refused)
    assert.equal(builder.nextSeq, n)
    assert.throws(() => builder.state(), TypeError)
    assert.throws(() => builder.head(), { code: 'REFUSED', details: { chunks: 2 + 1 } })
  })

  /** One page in 2,048 finds room: the lower its second byte, the better. */
  class RareRoom implements ChunkRoom {
    readonly maxSalts = 2 ** 16
    readonly choices: number
    readonly gone = new Set<number>()
    placed: number | undefined

    constructor(choices: number) {
      this.choices = choices
    }

    crowding([page]: readonly Uint8Array[]): number {
      const [first, second] = page as unknown as readonly [number, number]
      return first === 0 && second < 32 && !this.gone.has(second) ? second : Number.POSITIVE_INFINITY
    }

    take([page]: readonly Uint8Array[]): void {
      this.placed = page![1]!
    }

    full(): RefusedError {
      return new RefusedError('full')
    }
  }

  /** A search for the salt of a head page. */
  function headIn(room: RareRoom) {
    const builder = new LogBuilder(emptyLogState(LOG), { room })
    builder.append(embedded(seededBytes('long', 5), BASE))
    return builder
  }

  test('a long search goes in steps, ends where one without a break does, and can be left', () => {
    const straight = headIn(new RareRoom(1)).head()
    const builder = headIn(new RareRoom(1))
    const left = builder.headSteps()
    assert.equal(left.next().value, 1024)
    left.return(straight)
    const steps: number[] = []
    const search = builder.headSteps()
    let step = search.next()
    for (; !step.done; step = search.next()) steps.push(step.value)
    assert.deepEqual(step.value, straight)
    assert.deepEqual(
      steps,
      steps.map((_, i) => 1024 * (i + 1)),
    )
    assert.ok(steps.length > 0 && builder.salts.head > steps.at(-1)!)
  })

  test('what a search found is looked at again after a step: others may have taken it', () => {
    const undisturbed = new RareRoom(2 ** 15)
    const before = headIn(undisturbed)
    before.head()
    const room = new RareRoom(2 ** 15)
    const search = headIn(room).headSteps()
    for (let step = search.next(); !step.done; step = search.next()) {
      if (step.value > before.salts.head) room.gone.add(undisturbed.placed!)
    }
    assert.equal(room.gone.size, 1)
    assert.ok(room.placed !== undefined && room.placed > undisturbed.placed!)
  })

  test('property: whatever is appended, no bucket gets more than its slots', () => {
    const anySteps = fc.array(fc.tuple(anyEntry, fc.nat(9)), { minLength: 1, maxLength: 120, size: 'max' })
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 1, max: 3 }), (steps, slots) => {
        const room = new PlainRoom(5, slots)
        const builder = new LogBuilder(emptyLogState(LOG), { room })
        const uploaded: Reference[] = []
        const keep = (chunks: readonly Chunk[]) => uploaded.push(...chunks.map(({ reference }) => reference))
        try {
          for (const [entry, dice] of steps) {
            keep(builder.append(entry).chunks)
            if (dice > 6) keep(builder.seal())
            if (dice < 8) continue
            const { sealed, edge, page } = builder.head()
            keep([...sealed, ...(sealed.length > 0 ? edge : []), page])
          }
        } catch (error) {
          if (!(error instanceof RefusedError)) throw error
          assert.ok(room.known.size >= 0.7 * 32 * slots, `refused at ${room.known.size} of ${32 * slots}`)
        }
        assert.ok(room.holds(uploaded))
        for (const reference of uploaded) assert.ok(room.known.has(reference))
      }),
      { seed: SEED, numRuns: 40 },
    )
  })

  test('one page a publish fills a batch of two slots a bucket to nine tenths', () => {
    const room = new PlainRoom(8, 2)
    const builder = new LogBuilder(emptyLogState(LOG), { room })
    let n = 0
    while (room.known.size < 0.9 * 512) {
      builder.append(embedded(parseHex(n.toString(16).padStart(8, '0'), 4, 'n'), BASE + n++))
      builder.seal()
      if (n % 20 === 0) builder.head()
    }
    assert.ok(room.holds(room.known))
  })
})

function isPage(bytes: Uint8Array): boolean {
  try {
    decodePage(chunkPayload(bytes), { kind: 'sealed', log: LOG })
    return true
  } catch {
    return false
  }
}
