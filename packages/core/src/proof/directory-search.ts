import { DIRECTORY_BRANCHES, DIRECTORY_RECORD_BYTES } from '../limits.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes } from '../reference.ts'
import { type ProvenChunk, readSegments } from './chunk-proof.ts'
import { refuse } from './proof-error.ts'
import type { ProofReader } from './proof-reader.ts'
import { addSegments } from './segments.ts'

/** A node of the directory on the way to a page: how many records it has, and which of them is chosen. */
export interface NodePlace {
  readonly level: number
  readonly count: number
  readonly chosen: number
}

/** First seq and time (ms) of a record. */
export interface RecordNumbers {
  readonly firstSeq: bigint
  readonly time: bigint
}

/** The nodes on the way to the page `index` of `pages`, level 0 first. */
export function nodesAbove(index: number, pages: number): NodePlace[] {
  const nodes: NodePlace[] = []
  let position = index
  let records = pages
  do {
    const chosen = position % DIRECTORY_BRANCHES
    const count = Math.min(DIRECTORY_BRANCHES, records - (position - chosen))
    nodes.push({ level: nodes.length, count, chosen })
    position = Math.floor(position / DIRECTORY_BRANCHES)
    records = Math.ceil(records / DIRECTORY_BRANCHES)
  } while (records > 1)
  return nodes
}

/**
 * The segments to prove of a node: the chosen record, and the numbers of all records that a search looks at which
 * halves the node and ends there (docs/spec.md section 11.5).
 */
export function searchedSegments({ count, chosen }: NodePlace): Set<number> {
  const segments = new Set<number>()
  addSegments(segments, chosen * DIRECTORY_RECORD_BYTES, (chosen + 1) * DIRECTORY_RECORD_BYTES)
  for (const middle of halving(count, chosen)) {
    const numbers = middle * DIRECTORY_RECORD_BYTES + REFERENCE_BYTES
    addSegments(segments, numbers, (middle + 1) * DIRECTORY_RECORD_BYTES)
  }
  return segments
}

/**
 * Checks that the search for `seq` leads to the page `index`, and that this is `page`. Returns its record's numbers.
 * @throws CORRUPT: `ProofTooShort`, `WrongDirectory`, `WrongPage`, `DirectoryLies`, `PaddingNotZero`
 */
export function readSearch(
  proof: ProofReader,
  root: Reference,
  pages: number,
  index: number,
  page: Reference,
  seq: number,
): RecordNumbers {
  const path = nodesAbove(index, pages).map(place => {
    const length = place.count * DIRECTORY_RECORD_BYTES
    return { place, chunk: readSegments(proof, length, length, searchedSegments(place)) }
  })
  const proven = path.at(-1)!.chunk.reference
  if (proven !== root)
    refuse('WrongDirectory', `the proof leads to directory ${proven}`, { directory: root, proven })
  let low: RecordNumbers = { firstSeq: 0n, time: 0n }
  let high: RecordNumbers = { firstSeq: 2n ** 53n, time: 2n ** 53n - 1n }
  for (const { place, chunk } of path.toReversed()) {
    const child = path[place.level - 1]?.chunk.reference ?? page
    ;[low, high] = searchNode(chunk, place, child, seq, index, low, high)
  }
  return low
}

/** Searches one node between the records known so far; returns the records before and behind `seq`. */
function searchNode(
  { payload }: ProvenChunk,
  { level, count, chosen }: NodePlace,
  child: Reference,
  seq: number,
  index: number,
  low: RecordNumbers,
  high: RecordNumbers,
): [RecordNumbers, RecordNumbers] {
  const lies = ({ firstSeq }: RecordNumbers): never =>
    refuse('DirectoryLies', `the directory is wrong in level ${level}`, { page: index, level, firstSeq })
  let [before, behind] = [low, high]
  for (const middle of halving(count, chosen)) {
    const record = numbersAt(payload, middle)
    const { firstSeq, time } = record
    if (middle > chosen !== firstSeq > seq) {
      refuse('WrongPage', `the directory leads elsewhere for seq ${seq}`, {
        seq,
        page: index,
        level,
        firstSeq,
      })
    }
    if (middle > chosen) {
      if (firstSeq >= behind.firstSeq || time > behind.time) lies(record)
      behind = record
    } else {
      if (firstSeq <= before.firstSeq || time < before.time) lies(record)
      before = record
    }
  }
  if (before.time > behind.time) lies(behind)
  const record = numbersAt(payload, chosen)
  if (record.firstSeq !== before.firstSeq || record.time !== before.time) lies(record)
  const at = chosen * DIRECTORY_RECORD_BYTES
  if (referenceFromBytes(payload.subarray(at, at + REFERENCE_BYTES)) !== child) lies(record)
  return [before, behind]
}

/** The records that a search of `count` looks at which ends at `chosen`. */
function halving(count: number, chosen: number): number[] {
  const looked: number[] = []
  let low = 0
  let high = count
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    looked.push(middle)
    if (middle > chosen) high = middle
    else low = middle
  }
  return looked
}

function numbersAt(payload: Uint8Array, record: number): RecordNumbers {
  const view = new DataView(
    payload.buffer,
    payload.byteOffset + record * DIRECTORY_RECORD_BYTES + REFERENCE_BYTES,
  )
  return { firstSeq: view.getBigUint64(0), time: view.getBigUint64(8) }
}
