import { concatBytes } from '@noble/hashes/utils.js'
import { chunkPayload } from '../bmt/make-chunk.ts'
import { type DirectoryStep, DirectoryWalker } from '../directory/directory-walker.ts'
import { CHUNK_BYTES } from '../limits.ts'
import type { LogHash } from '../log-id.ts'
import { decodePage } from '../page/decode.ts'
import type { Entry, Roots } from '../page/page.ts'
import { pagePayload } from '../page/page-payload.ts'
import { isCount } from '../page/pair.ts'
import type { Reference } from '../reference.ts'
import { proveSegments } from './chunk-proof.ts'
import { nodesAbove, searchedSegments } from './directory-search.ts'
import { verifyEntryProof } from './entry-verifier.ts'
import { readHeadHeader, readSealedHeader } from './page-parser.ts'
import { readEntry } from './pair-parser.ts'
import { encodeSegments } from './segments.ts'
import { SparsePage } from './sparse-page.ts'
import { TreeProver } from './tree-prover.ts'

/** A proof that an entry is in a log as of a head, and the entry that it proves. */
export interface EntryProof {
  /** What the contract takes as `proof`. */
  readonly bytes: Uint8Array
  readonly entry: Entry
}

/**
 * Builds the proof of one entry, without I/O: it says which chunks it needs (`wanted`), is given them (`supply`), and
 * when nothing more is wanted has the proof (docs/spec.md section 11).
 */
export class EntryProver {
  readonly #head: Reference
  readonly #log: LogHash
  readonly #seq: number
  readonly #chunks = new Map<Reference, Uint8Array>()
  /** Nodes of the directory on the way to the page, the root first. */
  readonly #nodes: Reference[] = []
  #directory: DirectoryWalker | undefined
  #history: TreeProver | undefined
  #roots: Roots | undefined

  /** @throws RangeError unless `seq` is an integer 0 .. 2^53-1 */
  constructor(head: Reference, log: LogHash, seq: number) {
    if (!isCount(seq)) throw new RangeError(`${seq} is no seq`)
    this.#head = head
    this.#log = log
    this.#seq = seq
  }

  /** The chunks to fetch next, all at once; after they are supplied, ask again. Empty when the proof can be built. */
  wanted(): Reference[] {
    if (!this.#chunks.has(this.#head)) return [this.#head]
    const found = this.#search()
    if (!found) return []
    if (found.wanted) return [found.wanted.reference]
    const { reference } = found.record
    const inner = this.#historyOf(found.page).wanted()
    return this.#chunks.has(reference) ? inner : [...inner, reference]
  }

  /**
   * Takes a chunk that was wanted, span first. The bytes must have been verified against the reference already.
   * @throws CORRUPT, INVALID_PAGE where the log is not what its format says; RangeError if it was not wanted
   */
  supply(reference: Reference, bytes: Uint8Array): void {
    if (!this.wanted().includes(reference)) throw new RangeError(`chunk ${reference} is not wanted`)
    const step = this.#search()
    if (reference === this.#head) this.#supplyHead(bytes)
    else if (step?.wanted) {
      this.#directory!.supply(step.wanted.level, step.wanted.index, bytes)
      this.#nodes.push(reference)
    } else if (reference === step?.record.reference) {
      const payload = pagePayload(bytes, reference)
      decodePage(payload, { kind: 'sealed', log: this.#log, reference, index: step.page })
    } else this.#history?.supply(reference, bytes)
    this.#chunks.set(reference, bytes)
  }

  #supplyHead(bytes: Uint8Array): void {
    const { firstSeq, roots } = decodePage(pagePayload(bytes, this.#head), {
      kind: 'head',
      log: this.#log,
      reference: this.#head,
    })
    if (this.#seq >= firstSeq) return
    this.#roots = roots
    this.#directory = new DirectoryWalker(roots!.directory, roots!.sealedPages)
  }

  /**
   * The proof. It was verified as the contract will verify it.
   * @throws RangeError while chunks are wanted; CORRUPT, INVALID_PAGE where the log has no such entry or lies
   */
  proof(): EntryProof {
    if (this.wanted().length > 0) throw new RangeError('chunks are still wanted')
    const found = this.#search()
    const head = this.#sparsePage(this.#head)
    const header = readHeadHeader(head, this.#log)
    if (!found) readEntry(head, header, this.#seq)
    const bytes = concatBytes(
      bigEndian(this.#payload(this.#head).length, 2),
      this.#provePage(head),
      ...(found ? this.#proveSealed(found, header.roots.sealedPages) : []),
    )
    return { bytes, entry: verifyEntryProof(this.#head, this.#log, this.#seq, bytes) }
  }

  /** Where the entry is among the sealed pages; undefined where it is in the head page, or not there yet. */
  #search(): DirectoryStep | undefined {
    return this.#directory?.seek({ seq: this.#seq })
  }

  /** The way to the page in the history; the directory always leads to the same page. */
  #historyOf(page: number): TreeProver {
    const { history, sealedPages } = this.#roots!
    const from = page * CHUNK_BYTES
    this.#history ??= new TreeProver(history, sealedPages * CHUNK_BYTES, from, from + CHUNK_BYTES)
    return this.#history
  }

  #proveSealed(found: DirectoryStep, sealedPages: number): Uint8Array[] {
    if (found.wanted) throw new RangeError('a node of the directory is still wanted')
    const page = this.#sparsePage(found.record.reference)
    readEntry(page, readSealedHeader(page, this.#log, found.page), this.#seq)
    return [
      bigEndian(found.page, 4),
      this.#provePage(page),
      this.#historyOf(found.page).proof(found.page * CHUNK_BYTES),
      ...nodesAbove(found.page, sealedPages).map(place =>
        proveSegments(this.#payload(this.#nodes.at(-1 - place.level)!), searchedSegments(place)),
      ),
    ]
  }

  #provePage(page: SparsePage): Uint8Array {
    return concatBytes(encodeSegments(page.read), proveSegments(this.#payload(page.reference), page.read))
  }

  #sparsePage(reference: Reference): SparsePage {
    const payload = this.#payload(reference)
    return new SparsePage(reference, payload, payload.length)
  }

  #payload(reference: Reference): Uint8Array {
    return chunkPayload(this.#chunks.get(reference)!)
  }
}

function bigEndian(value: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => value / 256 ** (count - 1 - i))
}
