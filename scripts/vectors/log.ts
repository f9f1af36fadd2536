import {
  DirectoryBuilder,
  defaultMessageId,
  emptyLogState,
  HistoryBuilder,
  LogBuilder,
  type LogHash,
  type MessageId,
  type NewEntry,
  type Reference,
} from '@remote-log/core'
import { hexOf, seededBytes } from './bytes.ts'

const LOG = hexOf(seededBytes('log', 32)) as LogHash
const BASE = 1_700_000_000_000
/** Where heads are written down: around full pages, full directory nodes (85 pages) and full history nodes (128). */
const STOPS = [1, 2, 14, 15, 16, 30, 31, 300, 1274, 1275, 1276, 1919, 1920, 1921, 2600]

/** Every 50th entry by reference, every 7th with an id of its own, every 20th before the one in front of it. */
function entryAt(seq: number): NewEntry {
  const timestamp = BASE + 60_000 * (seq % 20 === 19 ? seq - 5 : seq)
  if (seq % 50 === 49) {
    const reference = hexOf(seededBytes(`payload ${seq}`, 32)) as Reference
    return { timestamp, id: idOf(seq), content: { kind: 'reference', reference, length: 1000 * seq } }
  }
  const data = seededBytes(`entry ${seq}`, 256)
  return {
    timestamp,
    id: seq % 7 === 6 ? idOf(seq) : defaultMessageId(data),
    content: { kind: 'embedded', data },
  }
}

const idOf = (seq: number) => hexOf(seededBytes(`id ${seq}`, 32)) as MessageId

/**
 * test/vectors/log-v1.json: docs/spec.md sections 2 to 5. After `entries` entries: the head, what is sealed, the roots,
 * how many chunks are final, and the chunks on the right edge that this head needs besides its page.
 */
export function logVectors() {
  const builder = new LogBuilder(emptyLogState(LOG))
  let finalChunks = 0
  const heads: unknown[] = []
  for (let seq = 0; seq < STOPS.at(-1)!; seq++) {
    finalChunks += builder.append(entryAt(seq)).chunks.length
    if (!STOPS.includes(seq + 1)) continue
    const { reference, edge } = builder.head()
    const { history, directory, tail, open } = builder.state()
    heads.push({
      entries: seq + 1,
      head: reference,
      sealedPages: history.pages,
      openFrom: open.firstSeq,
      tail: tail ?? null,
      history: new HistoryBuilder(history).root().reference,
      directory: new DirectoryBuilder(directory).root().reference,
      finalChunks,
      edge: edge.map(chunk => chunk.reference),
    })
  }
  return {
    format: 'remote-log/log',
    version: 1,
    log: LOG,
    entries: {
      data: 'seq s: SHA-256("entry s:0") ‖ SHA-256("entry s:1") ‖ … of 256 bytes',
      timestamp: '1700000000000 + 60000 * (s % 20 = 19 ? s - 5 : s)',
      id: 's % 7 = 6: SHA-256("id s:0"), otherwise the default',
      byReference: 's % 50 = 49: reference SHA-256("payload s:0"), length 1000 * s, id SHA-256("id s:0")',
    },
    heads,
  }
}
