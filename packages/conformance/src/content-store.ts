import {
  type Chunk,
  type ContentStore,
  makeChunk,
  type Reference,
  type UploadProgress,
} from '@remote-log/core'
import { contentStoreOperations } from './content-store-operations.ts'
import { ability, expect, expectBytes, expectCode, expectSame } from './expectation.ts'
import { fileUploadTests } from './file-upload.ts'
import { putAndConfirm } from './put-and-confirm.ts'
import { rangeReaderTests } from './range-reader.ts'
import { type Fixture, type Stall, subjectTest, type TestRunner } from './runner.ts'
import { seededBytes, seededReference } from './seeded.ts'
import { type Disturbances, operationTraits, type TraitSupport } from './traits.ts'

/** A content store under test, and what its set-up can do to its backend. */
export interface ContentStoreSubject extends Disturbances {
  readonly store: ContentStore
  /** Reads from the same network, but not through the backend that takes the uploads. */
  readonly elsewhere?: ContentStore
  /** The backend answers these bytes from now on when it is asked for this chunk. */
  corrupt?(reference: Reference, bytes: Uint8Array): Promise<void> | void
  /** The backend answers range requests with these bytes from now on, whatever the file, and ends there. */
  forgeRanges?(answer: (from: number, length: number) => Uint8Array): Promise<void> | void
  /** The backend refuses to store anything more (a full batch, say). */
  refuseWrites?(): Promise<void> | void
  /** The backend takes chunks, but none of them reaches the network. The store's patience must be short. */
  holdBack?(): Promise<Pick<Stall, 'release'>> | Pick<Stall, 'release'>
}

/** The abilities that the set-up declares; each one declared is tested, and must be supplied by every subject. */
export interface ContentStoreSupport extends TraitSupport {
  /** The backend can say "I do not have it": absent is `NOT_FOUND`. Otherwise `UNAVAILABLE` is as good an answer. */
  readonly absence?: boolean
  readonly elsewhere?: boolean
  readonly corrupt?: boolean
  readonly refuseWrites?: boolean
  readonly holdBack?: boolean
  /** The store is a `RangeReader` as well, and the set-up can forge what it is answered. */
  readonly ranges?: boolean
  /** The store proves groups of leaves (`LeafGroups`). */
  readonly groups?: boolean
  /** Uploads are `FileUpload`s as well. */
  readonly files?: boolean
}

export interface ContentStoreSuiteOptions<Subject extends ContentStoreSubject> extends Fixture<Subject> {
  /** What is tested, for the report. */
  readonly name: string
  readonly supports?: ContentStoreSupport
  /** Tells two runs against one backend apart. */
  readonly seed?: string
}

/** The compliance suite of {@link ContentStore}: each rule that the interface states in prose is a test. */
export function contentStoreSuite<Subject extends ContentStoreSubject>(
  runner: TestRunner,
  options: ContentStoreSuiteOptions<Subject>,
): void {
  const { name, supports = {}, seed = '' } = options
  const test = subjectTest(runner, options)
  const chunk = (about: string, length = 4096, span?: number): Chunk =>
    makeChunk(seededBytes(`${seed} ${about}`, length), span)

  runner.describe(`${name} is a ContentStore`, () => {
    operationTraits(test, contentStoreOperations(chunk, supports, seed), supports)

    test('get gives the bytes that were put, of every kind of chunk', async ({ store }) => {
      const chunks = [0, 1, 31, 32, 33, 4095, 4096].map(length => chunk('kinds', length))
      chunks.push(chunk('inner', 64, 8192), chunk('wide', 4096, 2 ** 32))
      await putAndConfirm(store, chunks)
      for (const { reference, bytes } of chunks) {
        expectBytes(await store.get(reference), bytes, `chunk of ${bytes.length} bytes`)
      }
    })

    test('get hands out bytes of its own', async ({ store }) => {
      const one = chunk('own bytes')
      await putAndConfirm(store, [one])
      const expected = one.bytes.slice()
      ;(await store.get(one.reference)).fill(0)
      expectBytes(await store.get(one.reference), expected, 'the chunk, after a caller wrote into its bytes')
    })

    test('get of what was never put is an absence, or can’t be told', async ({ store }) => {
      const absent = store.get(seededReference(`${seed} absent`))
      await expectCode(absent, supports.absence ? 'NOT_FOUND' : ['NOT_FOUND', 'UNAVAILABLE'], 'get')
    })

    test('many calls at once each get their own chunk', async ({ store }) => {
      const chunks = Array.from({ length: 150 }, (_, i) => chunk(`many ${i}`, 100 + i))
      await putAndConfirm(store, chunks)
      const asked = [...chunks].reverse().concat(chunks.slice(0, 20))
      const answers = await Promise.all(asked.map(({ reference }) => store.get(reference)))
      for (const [i, { bytes }] of asked.entries())
        expectBytes(answers[i]!, bytes, `chunk ${i} of those asked`)
    })

    test('one aborted call among many does not disturb the others', async ({ store }) => {
      const chunks = Array.from({ length: 40 }, (_, i) => chunk(`beside ${i}`, 50))
      await putAndConfirm(store, chunks)
      const stop = new AbortController()
      const stopped = chunks.map(({ reference }) => store.get(reference, { signal: stop.signal }))
      const kept = chunks.map(({ reference }) => store.get(reference))
      stop.abort()
      const outcomes = await Promise.allSettled(stopped)
      for (const [i, { bytes }] of chunks.entries()) expectBytes(await kept[i]!, bytes, `chunk ${i}`)
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') await expectCode(Promise.reject(outcome.reason), 'ABORTED', 'get')
      }
    })

    test('putting the same chunk again is harmless', async ({ store }) => {
      const one = chunk('again')
      const upload = await store.beginUpload()
      await Promise.all([upload.put(one), upload.put(one)])
      await upload.put(one)
      await upload.confirm()
      expectBytes(await store.get(one.reference), one.bytes, 'the chunk')
    })

    test('two uploads that share a chunk are both confirmed', async ({ store }) => {
      const shared = chunk('shared')
      const [a, b] = [await store.beginUpload(), await store.beginUpload()]
      expect(a.id !== b.id, `two uploads have the id ${a.id}`)
      await a.put(shared)
      await b.put(shared)
      await b.put(chunk('not shared'))
      await b.confirm()
      await a.confirm()
      expectBytes(await store.get(shared.reference), shared.bytes, 'the shared chunk')
    })

    test('put of bytes that are not what the reference says is CORRUPT', async ({ store }) => {
      const [a, b] = [chunk('mismatch a'), chunk('mismatch b')]
      const upload = await store.beginUpload()
      await expectCode(upload.put({ reference: a.reference, bytes: b.bytes }), 'CORRUPT', 'put')
    })

    test('put of what can’t be a chunk is REFUSED', async ({ store }) => {
      const upload = await store.beginUpload()
      for (const length of [0, 7, 4105]) {
        const malformed = { reference: seededReference('malformed'), bytes: seededBytes('malformed', length) }
        const error = await expectCode(upload.put(malformed), 'REFUSED', `put of ${length} bytes`)
        expect(typeof error.details.reason === 'string', 'details.reason says why')
      }
    })

    test('confirm reports progress that only grows, to the end', async ({ store }) => {
      const upload = await store.beginUpload()
      for (let i = 0; i < 5; i++) await upload.put(chunk(`progress ${i}`))
      const reports: UploadProgress[] = []
      await upload.confirm({ onProgress: report => reports.push(report) })
      const last = reports.at(-1)
      expectSame(last?.put, 5, 'chunks put')
      expect(last!.stored >= 5 && last!.stored >= last!.total, `ended at ${last!.stored} of ${last!.total}`)
      for (const [i, { stored }] of reports.entries()) {
        expect(i === 0 || stored >= reports[i - 1]!.stored, 'the number of stored chunks fell')
      }
    })

    test('an upload without chunks is confirmed', async ({ store }) => {
      await (await store.beginUpload()).confirm()
    })

    test('an upload goes on under its id', async ({ store }) => {
      const [before, after] = [chunk('before the break'), chunk('after the break')]
      const upload = await store.beginUpload()
      await upload.put(before)
      const resumed = await store.beginUpload({ resume: upload.id })
      expectSame(resumed.id, upload.id, 'id')
      for (const one of [before, after]) await resumed.put(one)
      await resumed.confirm()
      for (const { reference, bytes } of [before, after])
        expectBytes(await store.get(reference), bytes, 'chunk')
    })

    test('an upload that the store does not know is NOT_FOUND', async ({ store }) => {
      for (const resume of ['4242424242', 'no such upload']) {
        await expectCode(store.beginUpload({ resume }), 'NOT_FOUND', `resume of ${resume}`)
      }
    })

    if (supports.ranges) rangeReaderTests(test, seed, supports.groups === true)
    if (supports.files) fileUploadTests(test, seed)

    if (supports.elsewhere) {
      test('what is confirmed is served elsewhere', async ({ store, elsewhere }) => {
        const chunks = [chunk('elsewhere'), chunk('elsewhere, short', 10)]
        await putAndConfirm(store, chunks)
        const reader = ability(elsewhere, 'elsewhere')
        for (const { reference, bytes } of chunks) expectBytes(await reader.get(reference), bytes, 'chunk')
      })
    }

    if (supports.corrupt) {
      const wrong: readonly [string, (bytes: Uint8Array) => Uint8Array][] = [
        ['one bit flipped in the payload', bytes => bytes.map((byte, i) => (i === 2000 ? byte ^ 1 : byte))],
        ['one bit flipped in the span', bytes => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))],
        ['cut short', bytes => bytes.slice(0, 1000)],
        ['too short for a chunk', bytes => bytes.slice(0, 7)],
        ['empty', () => new Uint8Array(0)],
        ['longer than a chunk', bytes => new Uint8Array([...bytes, ...bytes])],
        ['another chunk', () => chunk('another chunk').bytes],
      ]
      for (const [how, damage] of wrong) {
        test(`get of bytes that are wrong (${how}) is CORRUPT`, async subject => {
          const { store } = subject
          const one = chunk(`corrupt: ${how}`)
          await putAndConfirm(store, [one])
          await ability(subject.corrupt, 'corrupt').call(subject, one.reference, damage(one.bytes))
          const error = await expectCode(store.get(one.reference), 'CORRUPT', 'get')
          expectSame(error.details.reference, one.reference, 'details.reference')
          await subject.corrupt?.(one.reference, one.bytes)
          expectBytes(await store.get(one.reference), one.bytes, 'the chunk, once the backend is mended')
        })
      }
    }

    if (supports.refuseWrites) {
      test('a backend that stores no more is REFUSED with a reason, and goes on reading', async subject => {
        const { store } = subject
        const one = chunk('before the refusal')
        await putAndConfirm(store, [one])
        await ability(subject.refuseWrites, 'refuseWrites').call(subject)
        const error = await expectCode(putAndConfirm(store, [chunk('refused')]), 'REFUSED', 'upload')
        expect(typeof error.details.reason === 'string', 'details.reason says why')
        expectBytes(await store.get(one.reference), one.bytes, 'the chunk from before')
      })
    }

    if (supports.holdBack) {
      test('confirm without progress is UNAVAILABLE with the state, and can be resumed', async subject => {
        const { store } = subject
        const chunks = [chunk('held back 1'), chunk('held back 2')]
        const upload = await store.beginUpload()
        const held = await ability(subject.holdBack, 'holdBack').call(subject)
        for (const one of chunks) await upload.put(one)
        const { details } = await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm')
        expectSame(details.total, 2, 'details.total')
        expectSame(details.stored, 0, 'details.stored')
        await held.release()
        const resumed = await store.beginUpload({ resume: upload.id })
        for (const one of chunks) await resumed.put(one)
        await resumed.confirm()
      })
    }
  })
}
