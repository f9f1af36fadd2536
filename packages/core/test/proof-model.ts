// What the proof tests share: honest logs, logs that break any rule, and proofs put together without asking whether
// they hold.
import { concatBytes } from '@noble/hashes/utils.js'
import {
  type DirectoryRecord,
  decodePage,
  defaultMessageId,
  type Entry,
  type EntryProof,
  EntryProver,
  emptyLogState,
  encodeHeadPage,
  encodeSealedPage,
  FileProver,
  FileSplitter,
  HistoryBuilder,
  LogBuilder,
  type LogHash,
  makeChunk,
  type NewEntry,
  type Page,
  pageTime,
  type Reference,
  RemoteLogError,
  type Roots,
  verifyEntryProof,
} from '../src/index.ts'
import { proveSegments } from '../src/proof/chunk-proof.ts'
import { nodesAbove, searchedSegments } from '../src/proof/directory-search.ts'
import { readHeadHeader, readSealedHeader } from '../src/proof/page-parser.ts'
import { readEntry } from '../src/proof/pair-parser.ts'
import { encodeSegments } from '../src/proof/segments.ts'
import { SparsePage } from '../src/proof/sparse-page.ts'
import { TreeProver } from '../src/proof/tree-prover.ts'
import { ChunkMap, directoryPayload, seededBytes } from './tree-model.ts'

export const LOG = 'ab'.repeat(32) as LogHash
export const BASE = 1_700_000_000_000
const SALT = new Uint8Array(8)

export const embedded = (seed: string, bytes: number, timestamp: number, id?: string): NewEntry => {
  const data = seededBytes(seed, bytes)
  return {
    timestamp,
    id: (id as Entry['id'] | undefined) ?? defaultMessageId(data),
    content: { kind: 'embedded', data },
  }
}

/** A log as a writer makes it, with all its chunks. */
export interface HonestLog {
  readonly log: LogHash
  readonly head: Reference
  readonly chunks: ChunkMap
}

/** @param linked one entry a page: the third mode of the RFC */
export function honestLog(entries: Iterable<NewEntry>, linked = false, log = LOG): HonestLog {
  const chunks = new ChunkMap()
  const builder = new LogBuilder(emptyLogState(log))
  for (const entry of entries) {
    chunks.put(builder.append(entry).chunks)
    if (linked) chunks.put(builder.seal())
  }
  const head = builder.head()
  chunks.put([...head.edge, head.page])
  return { log, head: head.reference, chunks }
}

export function* manyEntries(count: number, bytes: number): Generator<NewEntry> {
  for (let i = 0; i < count; i++) yield embedded(`entry ${i}`, bytes, BASE + 60_000 * (i + 1))
}

export function prove({ head, log, chunks }: HonestLog, seq: number): EntryProof {
  const prover = new EntryProver(head, log, seq)
  for (let wanted = prover.wanted(); wanted.length > 0; wanted = prover.wanted()) {
    for (const reference of wanted) prover.supply(reference, chunks.get(reference))
  }
  return prover.proof()
}

/** A Swarm file of seeded bytes, with all its chunks. */
export interface StoredFile {
  readonly root: Reference
  readonly bytes: Uint8Array
  readonly chunks: ChunkMap
}

export function storedFile(length: number): StoredFile {
  const bytes = seededBytes('file', length)
  const chunks = new ChunkMap()
  const splitter = new FileSplitter()
  chunks.put(splitter.push(bytes))
  const end = splitter.finish()
  chunks.put(end.chunks)
  return { root: end.root, bytes, chunks }
}

export function proveBytes({ root, bytes, chunks }: StoredFile, from: number, to: number) {
  const prover = new FileProver(root, bytes.length, from, to)
  for (let wanted = prover.wanted(); wanted.length > 0; wanted = prover.wanted()) {
    for (const reference of wanted) prover.supply(reference, chunks.get(reference))
  }
  return prover.proof()
}

/** `reason` or `rule` of what verifying throws; undefined where it throws nothing. */
export function refusalOf(head: Reference, log: LogHash, seq: number, proof: Uint8Array): string | undefined {
  return refusal(() => verifyEntryProof(head, log, seq, proof))
}

export function refusal(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (!(error instanceof RemoteLogError)) throw error
    return String(error.details.reason ?? error.details.rule)
  }
}

/** The bytes with one bit changed. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}

/** What a sealed page is made of, where a test changes one thing. */
export function sealedPage(
  entries: readonly NewEntry[],
  { firstSeq, baseTimestamp, tail, log = LOG }: Partial<Page> & Pick<Page, 'firstSeq' | 'baseTimestamp'>,
): Uint8Array {
  const placed = entries.map((entry, i) => ({ ...entry, seq: firstSeq + i }))
  return encodeSealedPage({
    log,
    firstSeq,
    baseTimestamp,
    tail,
    salt: SALT,
    entries: placed,
    roots: undefined,
  })
}

/** Sealed pages that follow each other, `size` entries each. */
export function chainOfPages(entries: readonly NewEntry[], size: number): Uint8Array[] {
  const pages: Uint8Array[] = []
  let [tail, baseTimestamp]: [Reference | undefined, number] = [undefined, 0]
  for (let firstSeq = 0; firstSeq < entries.length; firstSeq += size) {
    const page = sealedPage(entries.slice(firstSeq, firstSeq + size), { firstSeq, baseTimestamp, tail })
    pages.push(page)
    baseTimestamp = pageTime(decodePage(page, { kind: 'sealed', log: LOG }))
    tail = makeChunk(page).reference
  }
  return pages
}

/** What a proof is made of, in its order. */
export interface ProofParts {
  readonly span: Uint8Array
  readonly head: Uint8Array
  readonly index: Uint8Array
  readonly page: Uint8Array
  readonly history: Uint8Array
  readonly directory: Uint8Array
}

/** What a forged log says instead of the truth. */
export interface Lies {
  /** First seq and time of each page; by default what the pages' headers say. */
  readonly records?: readonly Omit<DirectoryRecord, 'reference'>[]
  /** The page of each record; by default that of the history. */
  readonly references?: readonly Reference[]
  /** The record of the node at this index of level 0. */
  readonly nodeRecord?: (record: DirectoryRecord, index: number) => DirectoryRecord
}

/** Segments to prove instead of those that a reader reads. */
export interface Segments {
  readonly head?: ReadonlySet<number>
  readonly page?: ReadonlySet<number>
}

/** A log of any bytes: nothing is checked. */
export class ForgedLog {
  readonly head: Reference
  readonly headPage: Uint8Array
  readonly pages: readonly Uint8Array[]
  readonly history: Reference
  readonly directory: Reference
  readonly #chunks = new ChunkMap()
  /** Level by level, the payloads of the directory's nodes. */
  readonly #nodes: Uint8Array[][] = []

  constructor(pages: readonly Uint8Array[], makeHead: (roots: Roots) => Uint8Array, lies: Lies = {}) {
    this.pages = pages
    const references = pages.map(page => makeChunk(page).reference)
    const builder = new HistoryBuilder()
    this.#chunks.put(pages.map(page => makeChunk(page)))
    for (const reference of references) this.#chunks.put(builder.append(reference))
    this.#chunks.put(builder.root().chunks)
    this.history = builder.root().reference
    let level: DirectoryRecord[] = (lies.records ?? pages.map(numbersOf)).map((record, i) => ({
      ...record,
      reference: (lies.references ?? references)[i]!,
    }))
    do level = this.#nodesOver(level, lies.nodeRecord)
    while (level.length > 1)
    this.directory = level[0]!.reference
    this.headPage = makeHead({
      history: this.history,
      directory: this.directory,
      sealedPages: pages.length,
    })
    this.head = makeChunk(this.headPage).reference
  }

  /** A page, or a node of history or directory; span first. */
  chunk(reference: Reference): Uint8Array {
    return this.#chunks.get(reference)
  }

  /** A proof of `seq` through the page `index`, or through the head page alone. */
  proof(seq: number, index?: number, segments: Segments = {}): Uint8Array {
    const { span, head, ...sealed } = this.parts(seq, index ?? 0, segments, index === undefined)
    return concatBytes(span, head, ...(index === undefined ? [] : Object.values(sealed)))
  }

  parts(seq: number, index: number, segments: Segments = {}, inHead = false): ProofParts {
    const page = this.pages[index]!
    const readHead = (sparse: SparsePage) => {
      const header = readHeadHeader(sparse, LOG)
      if (inHead) readEntry(sparse, header, seq)
    }
    const readSealed = (sparse: SparsePage) => readEntry(sparse, readSealedHeader(sparse, LOG, index), seq)
    return {
      span: bigEndian(this.headPage.length, 2),
      head: provePage(this.headPage, segments.head ?? segmentsRead(this.headPage, readHead)),
      index: bigEndian(index, 4),
      page: provePage(page, segments.page ?? segmentsRead(page, readSealed)),
      history: this.#way(index),
      directory: this.search(index),
    }
  }

  /** The proof of the way to the page `index` in the directory. */
  search(index: number): Uint8Array {
    const nodes = nodesAbove(index, this.pages.length).map(place => {
      const position = Math.floor(index / 85 ** (place.level + 1))
      return proveSegments(this.#nodes[place.level]![position]!, searchedSegments(place))
    })
    return concatBytes(...nodes)
  }

  #nodesOver(
    records: readonly DirectoryRecord[],
    change: Lies['nodeRecord'] = record => record,
  ): DirectoryRecord[] {
    const groups = Array.from({ length: Math.ceil(records.length / 85) }, (_, i) =>
      records.slice(85 * i, 85 * i + 85),
    )
    const payloads = groups.map(group => new Uint8Array(directoryPayload(group)))
    this.#nodes.push(payloads)
    this.#chunks.put(payloads.map(payload => makeChunk(payload)))
    return groups.map((group, i) => {
      const { reference } = makeChunk(payloads[i]!)
      return change({ ...group[0]!, reference }, i)
    })
  }

  #way(index: number): Uint8Array {
    const tree = new TreeProver(this.history, 4096 * this.pages.length, 4096 * index, 4096 * (index + 1))
    for (let wanted = tree.wanted(); wanted.length > 0; wanted = tree.wanted()) {
      for (const reference of wanted) tree.supply(reference, this.#chunks.get(reference))
    }
    return tree.proof(4096 * index)
  }
}

/** The head page of a forged log, without entries unless some are given. */
export function headOf(
  page: Partial<Page> & Pick<Page, 'firstSeq' | 'baseTimestamp'>,
  entries: readonly NewEntry[] = [],
): (roots: Roots) => Uint8Array {
  return roots => {
    const placed = entries.map((entry, i) => ({ ...entry, seq: page.firstSeq + i }))
    const tail = roots.sealedPages === 0 ? undefined : ('cd'.repeat(32) as Reference)
    return encodeHeadPage({ log: LOG, tail, salt: SALT, ...page, entries: placed, roots })
  }
}

/** What a page says where its first seq and base timestamp should be. */
export function numbersOf(page: Uint8Array): Omit<DirectoryRecord, 'reference'> {
  const view = new DataView(page.buffer, page.byteOffset)
  const number = (at: number) => (page.length < at + 8 ? 0 : Number(view.getBigUint64(at, true) % 2n ** 53n))
  return { firstSeq: number(37), time: number(46) }
}

/** The segments that a reader reads, as far as it gets; the first where it gets nowhere. */
function segmentsRead(payload: Uint8Array, read: (page: SparsePage) => void): ReadonlySet<number> {
  const page = new SparsePage(makeChunk(payload).reference, payload, payload.length)
  refusal(() => read(page))
  return page.read.size > 0 ? page.read : new Set([0])
}

function provePage(payload: Uint8Array, segments: ReadonlySet<number>): Uint8Array {
  return concatBytes(encodeSegments(segments), proveSegments(payload, segments))
}

function bigEndian(value: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => value / 256 ** (count - 1 - i))
}
