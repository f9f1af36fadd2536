import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  chunkPayload,
  decodePage,
  emptyLogState,
  LogBuilder,
  type LogHash,
  outlineOf,
  outlinePage,
} from '../src/index.ts'
import { seededBytes } from './tree-model.ts'

const log = 'ab'.repeat(32) as LogHash

/** The first sealed page of a log of such entries, or none. */
function sealedPage(sizes: readonly number[], timestamps: readonly number[]): Uint8Array | undefined {
  const builder = new LogBuilder(emptyLogState(log))
  for (const [i, size] of sizes.entries()) {
    const { chunks } = builder.append({
      timestamp: timestamps[i % timestamps.length]!,
      id: 'ee'.repeat(32) as never,
      content: { kind: 'embedded', data: seededBytes(`entry ${i}`, size) },
    })
    if (chunks[0]) return chunkPayload(chunks[0].bytes)
  }
  return undefined
}

test('the outline of a page is that of the page decoded, and where one is refused the other is', () => {
  const sizes = fc.array(fc.integer({ min: 400, max: 3000 }), { minLength: 12, maxLength: 12 })
  const timestamps = fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 1, maxLength: 12 })
  const bend = fc.record({ at: fc.nat(4095), by: fc.nat(255) })
  fc.assert(
    fc.property(sizes, timestamps, bend, (sizes, timestamps, { at, by }) => {
      const page = sealedPage(sizes, timestamps)!
      const expect = { kind: 'sealed', log, index: 0 } as const
      assert.deepEqual(outlinePage(page, expect), outlineOf(decodePage(page, expect)))
      const bent = page.slice()
      bent[at] = bent[at]! ^ by
      const outcome = (read: () => unknown) => {
        try {
          return read()
        } catch (error) {
          return (error as { details: unknown }).details
        }
      }
      assert.deepEqual(
        outcome(() => outlinePage(bent, expect)),
        outcome(() => outlineOf(decodePage(bent, expect))),
      )
    }),
    { seed: 5, numRuns: 60 },
  )
})
