import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  chunkPayload,
  decodePage,
  defaultMessageId,
  emptyLogState,
  LogBuilder,
  type LogHash,
  type MessageId,
  type NewEntry,
  type Reference,
} from '../src/index.ts'
import { seededBytes } from './tree-model.ts'

interface HeadVector {
  readonly entries: number
  readonly head: string
  readonly sealedPages: number
  readonly openFrom: number
  readonly tail: string | null
  readonly history: string
  readonly directory: string
  readonly finalChunks: number
  readonly edge: readonly string[]
}

const { log, heads }: { log: LogHash; heads: readonly HeadVector[] } = JSON.parse(
  readFileSync(new URL('../../../test/vectors/log-v1.json', import.meta.url), 'utf8'),
)
const hash = (seed: string) => Buffer.from(seededBytes(seed, 32)).toString('hex')

/** The entries as the vectors describe them in words. */
function entryAt(s: number): NewEntry {
  const timestamp = 1_700_000_000_000 + 60_000 * (s % 20 === 19 ? s - 5 : s)
  const id = hash(`id ${s}`) as MessageId
  if (s % 50 === 49) {
    return {
      timestamp,
      id,
      content: { kind: 'reference', reference: hash(`payload ${s}`) as Reference, length: 1000 * s },
    }
  }
  const data = seededBytes(`entry ${s}`, 256)
  return { timestamp, id: s % 7 === 6 ? id : defaultMessageId(data), content: { kind: 'embedded', data } }
}

test('test/vectors/log-v1.json: the same entries give the same log', () => {
  const builder = new LogBuilder(emptyLogState(log))
  let finalChunks = 0
  for (const vector of heads) {
    while (builder.nextSeq < vector.entries)
      finalChunks += builder.append(entryAt(builder.nextSeq)).chunks.length
    const { reference, page, edge } = builder.head()
    const head = decodePage(chunkPayload(page.bytes), { kind: 'head', log })
    assert.deepEqual(
      {
        entries: head.firstSeq + head.entries.length,
        head: reference,
        sealedPages: head.roots!.sealedPages,
        openFrom: head.firstSeq,
        tail: head.tail ?? null,
        history: head.roots!.history,
        directory: head.roots!.directory,
        finalChunks,
        edge: edge.map(chunk => chunk.reference),
      },
      vector,
    )
  }
  assert.ok(heads.length > 0)
})
