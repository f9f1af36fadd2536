import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  chunkPayload,
  DirectoryWalker,
  decodePage,
  type Entry,
  HistoryWalker,
  type Reference,
  RemoteLogError,
  verifyEntryProof,
} from '../src/index.ts'
import { BASE, embedded, ForgedLog, headOf, LOG, sealedPage } from './proof-model.ts'

/** The entry as a client finds it that asks the directory and checks its answer; the error's code where it rejects. */
function clientFinds(log: ForgedLog, seq: number): Entry | string {
  try {
    const head = decodePage(log.headPage, { kind: 'head', log: LOG })
    if (seq >= head.firstSeq) return head.entries[seq - head.firstSeq] ?? 'none'
    const { history, directory, sealedPages } = head.roots!
    const walker = new DirectoryWalker(directory, sealedPages)
    let step = walker.seek({ seq })
    while (step.wanted) {
      const { level, index, reference } = step.wanted
      walker.supply(level, index, log.chunk(reference))
      step = walker.seek({ seq })
    }
    const tree = new HistoryWalker(history, sealedPages)
    for (let wanted = tree.wanted(step.page, step.page + 1); wanted.length > 0; ) {
      for (const { reference, node } of wanted) tree.supply(node, log.chunk(reference))
      wanted = tree.wanted(step.page, step.page + 1)
    }
    const { reference, firstSeq, time } = step.record
    if (tree.page(step.page) !== reference) return 'lies'
    const bytes = chunkPayload(log.chunk(reference))
    const page = decodePage(bytes, { kind: 'sealed', log: LOG, index: step.page })
    if (page.firstSeq !== firstSeq || page.baseTimestamp !== time) return 'lies'
    return page.entries[seq - firstSeq] ?? 'none'
  } catch (error) {
    if (error instanceof RemoteLogError) return error.code
    throw error
  }
}

/** The entries that the proofs show which hold, of those through the head page and through each sealed page. */
function provenEntries(log: ForgedLog, seq: number): Entry[] {
  const ways = [undefined, ...log.pages.keys()]
  return ways.flatMap(index => {
    try {
      return [verifyEntryProof(log.head, LOG, seq, log.proof(seq, index))]
    } catch (error) {
      if (error instanceof RemoteLogError) return []
      throw error
    }
  })
}

const plain = ({ seq, timestamp, id }: Entry) => ({ seq, timestamp, id })

/** Pages with entries of their own, from any seq on; what the directory says of each is mostly true. */
const anyLog = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 3 }),
      step: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -3, max: 3 }) },
      ),
      lie: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -3, max: 3 }) },
      ),
      time: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(-1, 1) },
      ),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map(plan => {
    let next = 0
    const records: { firstSeq: number; time: number }[] = []
    const pages = plan.map(({ size, step, lie, time }, i) => {
      const firstSeq = i === 0 ? 0 : Math.max(next + step, 1)
      next = firstSeq + size
      const baseTimestamp = i === 0 ? 0 : BASE
      records.push({ firstSeq: Math.max(firstSeq + lie, 0), time: Math.max(baseTimestamp + time, 0) })
      const entries = Array.from({ length: size }, (_, k) => embedded(`page ${i}, entry ${k}`, 8, BASE))
      const tail = i === 0 ? undefined : ('cd'.repeat(32) as Reference)
      return sealedPage(entries, { firstSeq, baseTimestamp, tail })
    })
    const open = embedded('open', 8, BASE)
    const head = headOf({ firstSeq: Math.max(next, pages.length), baseTimestamp: BASE }, [open])
    return { log: new ForgedLog(pages, head, { records }), next }
  })

test('whatever the log, a proof shows no other entry than the client finds, and one at most', () => {
  const seen = { same: 0, rejected: 0 }
  fc.assert(
    fc.property(anyLog, ({ log, next }) => {
      for (let seq = 0; seq <= next; seq++) {
        const client = clientFinds(log, seq)
        const proven = provenEntries(log, seq)
        assert.ok(proven.length <= 1, `${proven.length} proofs of seq ${seq}`)
        if (typeof client === 'string') {
          seen.rejected++
          continue
        }
        assert.deepEqual(proven.map(plain), [plain(client)])
        seen.same++
      }
    }),
    { seed: 20261123, numRuns: 60 },
  )
  assert.ok(seen.same > 100 && seen.rejected > 50, JSON.stringify(seen))
})
