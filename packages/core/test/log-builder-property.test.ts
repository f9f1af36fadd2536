import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type Chunk,
  checkExtension,
  chunkPayload,
  DirectoryBuilder,
  decodeLogState,
  decodePage,
  type Entry,
  emptyLogState,
  encodeHeadPage,
  encodeLogState,
  encodeSealedPage,
  FileSplitter,
  HistoryBuilder,
  LogBuilder,
  makeChunk,
  type NewEntry,
  type Page,
  pageTime,
  ZERO_REFERENCE,
} from '../src/index.ts'
import { anyEntry, LOG, placed, SEED } from './page-model.ts'

type Step = { readonly entry: NewEntry; readonly sealAfter: boolean }
const anySteps = (seals: number) =>
  fc.array(
    fc.record({
      entry: anyEntry,
      sealAfter: fc.integer({ min: 0, max: 99 }).map(n => n < seals),
    }),
    { minLength: 1, maxLength: 150, size: 'max' },
  )

const succeeds = (encode: () => unknown): boolean => {
  try {
    encode()
    return true
  } catch (error) {
    assert.ok(error instanceof RangeError)
    return false
  }
}

/** The log as plainly as it can be: a list of pages, each tried with one more entry, all trees built from scratch. */
class NaiveLog {
  readonly sealed: { page: Page; bytes: Uint8Array }[] = []
  open: Entry[] = []
  #firstSeq = 0

  append(entry: NewEntry): void {
    const more = placed([...this.open, entry], this.#firstSeq)
    if (succeeds(() => encodeHeadPage(this.#page(more, true)))) {
      this.open = more
    } else if (succeeds(() => encodeSealedPage(this.#page(more, false)))) {
      this.open = more
      this.seal()
    } else {
      this.seal()
      this.open = placed([entry], this.#firstSeq)
    }
  }

  seal(): void {
    if (this.open.length === 0) return
    const page = this.#page(this.open, false)
    this.sealed.push({ page, bytes: encodeSealedPage(page) })
    this.#firstSeq += this.open.length
    this.open = []
  }

  head(): Page {
    return this.#page(this.open, true)
  }

  #page(entries: readonly Entry[], isHead: boolean): Page {
    const last = this.sealed.at(-1)
    const roots = {
      sealedPages: this.sealed.length,
      history: this.#history(),
      directory: this.#directory(),
    }
    return {
      log: LOG,
      firstSeq: this.#firstSeq,
      baseTimestamp: last ? pageTime(last.page) : 0,
      salt: new Uint8Array(8),
      tail: last && makeChunk(last.bytes).reference,
      entries,
      roots: isHead ? roots : undefined,
    }
  }

  #history() {
    if (this.sealed.length === 0) return ZERO_REFERENCE
    const splitter = new FileSplitter()
    for (const { bytes } of this.sealed) splitter.push(bytes)
    return splitter.finish().root
  }

  #directory() {
    const directory = new DirectoryBuilder()
    for (const { page, bytes } of this.sealed) {
      directory.append({
        reference: makeChunk(bytes).reference,
        firstSeq: page.firstSeq,
        time: page.baseTimestamp,
      })
    }
    return directory.root().reference
  }
}

/** Lets a builder take all steps; `through` may replace it between them. */
function run(
  steps: readonly Step[],
  through: (builder: LogBuilder) => LogBuilder,
): { builder: LogBuilder; chunks: Chunk[] } {
  let builder = new LogBuilder(emptyLogState(LOG))
  const chunks: Chunk[] = []
  for (const { entry, sealAfter } of steps) {
    const next = builder.nextSeq
    const appended = builder.append(entry)
    assert.equal(appended.seq, next)
    chunks.push(...appended.chunks)
    if (sealAfter) chunks.push(...builder.seal())
    builder = through(builder)
  }
  return { builder, chunks }
}

const same = (builder: LogBuilder) => builder
const resumed = (builder: LogBuilder) => new LogBuilder(decodeLogState(encodeLogState(builder.state())))

describe('any log (spec 9)', () => {
  test('has the pages, trees and head of the naive one', () => {
    fc.assert(
      fc.property(anySteps(5), steps => {
        const naive = new NaiveLog()
        for (const { entry, sealAfter } of steps) {
          naive.append(entry)
          if (sealAfter) naive.seal()
        }
        const { builder, chunks } = run(steps, same)
        const bytes = new Map(chunks.map(chunk => [chunk.reference, chunkPayload(chunk.bytes)]))
        for (const { bytes: page } of naive.sealed) {
          assert.deepEqual(bytes.get(makeChunk(page).reference), page)
        }
        const head = builder.head()
        assert.deepEqual(chunkPayload(head.page.bytes), encodeHeadPage(naive.head()))
        assert.equal(builder.nextSeq, steps.length)
      }),
      { seed: SEED, numRuns: 40 },
    )
  })

  test('reads back as the entries that went in, each page in its place', () => {
    fc.assert(
      fc.property(anySteps(20), steps => {
        const { builder, chunks } = run(steps, same)
        const head = decodePage(chunkPayload(builder.head().page.bytes), { kind: 'head', log: LOG })
        const bytes = new Map(chunks.map(chunk => [chunk.reference, chunkPayload(chunk.bytes)]))
        const pages = [head]
        while (pages[0]!.tail) {
          const page = decodePage(bytes.get(pages[0]!.tail)!, { kind: 'sealed', log: LOG })
          pages.unshift(page)
        }
        let firstSeq = 0
        let baseTimestamp = 0
        for (const [index, page] of pages.entries()) {
          const { kind, bytes: encoded } = page.roots
            ? ({ kind: 'head', bytes: encodeHeadPage(page) } as const)
            : ({ kind: 'sealed', bytes: encodeSealedPage(page) } as const)
          const tail = index === 0 ? null : page.tail!
          decodePage(encoded, { kind, log: LOG, firstSeq, baseTimestamp, index, tail })
          firstSeq += page.entries.length
          baseTimestamp = pageTime(page)
        }
        assert.deepEqual(
          pages.flatMap(page => page.entries),
          placed(
            steps.map(({ entry }) => entry),
            0,
          ),
        )
      }),
      { seed: SEED, numRuns: 40 },
    )
  })

  test('goes on from a saved state as if it never stopped', () => {
    fc.assert(
      fc.property(anySteps(20), steps => {
        const straight = run(steps, same)
        const stopped = run(steps, resumed)
        assert.deepEqual(stopped.chunks, straight.chunks)
        assert.deepEqual(stopped.builder.head(), straight.builder.head())
        assert.deepEqual(encodeLogState(stopped.builder.state()), encodeLogState(straight.builder.state()))
      }),
      { seed: SEED, numRuns: 20 },
    )
  })

  test('extends each of its earlier heads, and no later one (spec 6)', () => {
    fc.assert(
      fc.property(anySteps(20), steps => {
        const heads: { page: Uint8Array; sealedPages: number; entries: number }[] = []
        const pages: Uint8Array[] = []
        const builder = new LogBuilder(emptyLogState(LOG))
        const sealed = (chunks: readonly Chunk[]) => {
          if (chunks.length > 0) pages.push(chunkPayload(chunks[0]!.bytes))
        }
        for (const { entry, sealAfter } of steps) {
          sealed(builder.append(entry).chunks)
          if (sealAfter) sealed(builder.seal())
          heads.push({
            page: chunkPayload(builder.head().page.bytes),
            sealedPages: builder.state().history.pages,
            entries: builder.nextSeq,
          })
        }
        const edgeAt = (count: number) => {
          const history = new HistoryBuilder()
          for (const page of pages.slice(0, count)) history.append(makeChunk(page).reference)
          return history.edge()
        }
        const edges = Array.from({ length: pages.length + 1 }, (_, n) => edgeAt(n))
        for (const older of heads) {
          const edge = edges[older.sealedPages]!
          for (const newer of heads) {
            const page = newer.sealedPages === older.sealedPages ? newer.page : pages[older.sealedPages]
            const verdict = checkExtension(
              { page: older.page, edge },
              { sealedPages: newer.sealedPages, edge, page },
            )
            assert.equal(verdict.extends, newer.entries >= older.entries)
          }
        }
      }),
      { seed: SEED, numRuns: 10 },
    )
  })
})
