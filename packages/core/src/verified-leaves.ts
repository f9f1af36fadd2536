import { hashLeaves } from './bmt/leaf-hasher.ts'
import { ByteQueue } from './byte-queue.ts'
import { AbortedError, CorruptError, type ErrorDetails, UnavailableError, withDetails } from './errors.ts'
import { addressesIn, LEAF_RECORD_BYTES, recordAddress, recordAt } from './leaf-record.ts'
import { CHUNK_BYTES } from './limits.ts'
import type { LeafGroups, LeafOptions, LeafRange } from './range-reader.ts'
import { RecordBuffers } from './record-buffers.ts'
import { REFERENCE_BYTES, type Reference, referenceFromBytes } from './reference.ts'

/** Where unverified bytes come from, for the details of errors: the file's root and, on a network, the gateway's url. */
export type LeafOrigin = ErrorDetails & { readonly file: Reference; readonly url?: string }

/**
 * What implements `RangeReader.readLeaves` over a stream that nobody vouches for: cuts it, from the beginning of leaf
 * `from` on, into leaves and hands on those whose hash is the expected one. What comes behind the last leaf is dropped.
 * @throws as `RangeReader.readLeaves`; errors of the stream with `details.leaf` added
 */
export function verifiedLeaves(
  stream: AsyncIterable<Uint8Array>,
  leaves: LeafRange,
  expected: (leaf: number) => Reference | undefined,
  origin: LeafOrigin,
  options: Omit<LeafOptions, 'signal'> = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  demandLeaves(leaves)
  return new Verification(leaves, expected, origin, options).run(stream)
}

/** @throws RangeError unless these are leaves of a file, at least one */
export function demandLeaves({ from, to }: LeafRange): void {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from >= to) {
    throw new RangeError(`${from} to ${to} are no leaves`)
  }
}

/** Reads that began. */
let begun = 0

/** Most leaves that are hashed in one go where each is known. */
const MOST_AT_ONCE = 64

class Verification {
  readonly #range: LeafRange
  readonly #expected: (leaf: number) => Reference | undefined
  readonly #origin: LeafOrigin
  readonly #groups: LeafGroups | undefined
  readonly #buffers: RecordBuffers
  readonly #bytes = new ByteQueue()
  readonly #turn = begun++
  /** The first leaf that was not handed on. */
  #leaf: number

  constructor(
    range: LeafRange,
    expected: (leaf: number) => Reference | undefined,
    origin: LeafOrigin,
    { groups, buffers = new RecordBuffers() }: Omit<LeafOptions, 'signal'>,
  ) {
    this.#range = range
    this.#expected = expected
    this.#origin = origin
    this.#groups = groups
    this.#buffers = buffers
    this.#leaf = range.from
  }

  async *run(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const { from, to } = this.#range
    const cut: { error?: unknown } = {}
    const pieces = untilCut(stream, cut)
    let ended = false
    try {
      await this.#knowPart(from)
      await this.#knowPart(to - 1)
      while (this.#leaf < to) {
        const count = this.#ready()
        if (count > 0) {
          const { sound, wrong } = await this.#take(count)
          if (sound.length > 0) yield sound
          if (wrong) throw wrong
        } else if (ended) {
          break
        } else {
          const { value: piece } = await pieces.next()
          if (piece) this.#bytes.push(piece)
          else {
            ended = true
            await this.#knowRest(cut.error)
          }
        }
      }
      if (this.#leaf === to) return
    } catch (error) {
      throw withDetails(error, { leaf: this.#leaf })
    } finally {
      await pieces.return()
    }
    throw withDetails(cut.error ?? this.#endedEarly(), { leaf: this.#leaf })
  }

  /** How many leaves can be told right or wrong now. */
  #ready(): number {
    const came = Math.min(Math.floor(this.#bytes.length / CHUNK_BYTES), this.#range.to - this.#leaf)
    if (came === 0) return 0
    const end = this.#groups?.around(this.#leaf).to ?? this.#range.to
    const size = end - this.#leaf
    if (this.#knows(this.#leaf)) return Math.min(came, size, MOST_AT_ONCE)
    return came < size ? 0 : size
  }

  /** The records of the next leaves up to the first that is wrong, and what is wrong with that. */
  async #take(count: number): Promise<{ sound: Uint8Array; wrong?: CorruptError | undefined }> {
    const taken = this.#buffers.take(count)
    for (let i = 0; i < count; i++) {
      this.#bytes.take(taken, LEAF_RECORD_BYTES * i + REFERENCE_BYTES, CHUNK_BYTES)
    }
    const records = await hashLeaves(taken, this.#turn)
    this.#buffers.lend(records)
    if (await this.#prove(records)) {
      this.#leaf += count
      return { sound: records }
    }
    for (let i = 0; i < count; i++, this.#leaf++) {
      const wrong = this.#wrong(recordAddress(recordAt(records, i)))
      if (wrong) return { sound: records.subarray(0, LEAF_RECORD_BYTES * i), wrong }
    }
    return { sound: records }
  }

  /** Whether these are all leaves of a group, and right; otherwise each of them can be checked by itself. */
  async #prove(records: Uint8Array): Promise<boolean> {
    const [groups, leaf] = [this.#groups, this.#leaf]
    if (!groups || this.#knows(leaf)) return false
    const group = groups.around(leaf)
    if (groups.offer(group, addressesIn(records))) return true
    try {
      await groups.fetch(group)
    } catch (error) {
      if (error instanceof AbortedError) throw error
      const { file } = this.#origin
      throw new CorruptError(
        `${this.#sender} sent wrong bytes among leaves ${leaf} to ${group.to - 1} of ${file}, and the chunk that tells which can't be had`,
        { ...this.#origin, to: group.to },
        error,
      )
    }
    return false
  }

  #knows(leaf: number): boolean {
    return this.#expected(leaf) !== undefined
  }

  /** A group of which this range has a part can't be proven by it. */
  async #knowPart(leaf: number): Promise<void> {
    if (!this.#groups || this.#knows(leaf)) return
    const group = this.#groups.around(leaf)
    if (group.from < this.#range.from || group.to > this.#range.to) await this.#groups.fetch(group)
  }

  /** Has what came before a cut checked leaf by leaf, if anything did and that can be. */
  async #knowRest(cut: unknown): Promise<void> {
    if (!this.#groups || this.#bytes.length < CHUNK_BYTES || cut instanceof AbortedError) return
    try {
      await this.#groups.fetch(this.#groups.around(this.#leaf))
    } catch (error) {
      if (error instanceof AbortedError) throw error
    }
  }

  /** What is wrong with the next leaf, if anything is. */
  #wrong(address: Uint8Array): CorruptError | undefined {
    const leaf = this.#leaf
    const [got, reference] = [referenceFromBytes(address), this.#expected(leaf)!]
    if (got === reference) return undefined
    return new CorruptError(
      `${this.#sender} sent leaf ${leaf} of ${this.#origin.file} as bytes that hash to ${got} instead of ${reference} (ask for this chunk elsewhere)`,
      { ...this.#origin, reference, got },
    )
  }

  #endedEarly(): UnavailableError {
    return new UnavailableError(
      `${this.#sender} ended a range of ${this.#origin.file} before leaf ${this.#leaf} (ask again from there)`,
      { ...this.#origin, transient: true, answered: true },
    )
  }

  get #sender(): string {
    return this.#origin.url ?? 'the store'
  }
}

/** What came before the stream broke, which is no error here. */
async function* untilCut(
  stream: AsyncIterable<Uint8Array>,
  cut: { error?: unknown },
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const piece of stream) yield piece
  } catch (error) {
    cut.error = error
  }
}
