import type { Clock } from '../clock.ts'
import { type PostageChain, slotsPerBucket } from './postage-chain.ts'
import { bodyKey, reserveKey, slotKey } from './record-keys.ts'
import { bucketOf, type Stamp, timestampBytes } from './stamp.ts'
import type { Store, Write } from './store.ts'
import type { SwarmChunk } from './swarm-chunk.ts'

const STAMP_RECORD_BYTES = 48
const HEAD_BYTES = 10

/** Why the network does not take a chunk. */
export type Refused =
  /** Its batch is unknown or expired, or the slot is not in the chunk's bucket or past its end. */
  | { readonly why: 'expired' | 'misplaced' }
  /** The slot belongs to a chunk, this one or another, with a stamp that is as new. */
  | { readonly why: 'outdated'; readonly occupant: Buffer }

/** What the network keeps of a chunk apart from its bytes. */
export interface Kept {
  /** Of a single-owner chunk: which content. */
  readonly version: Buffer | undefined
  /** Unix time in milliseconds when the network got it, of a single-owner chunk this content. */
  readonly since: number
  /** The node that pushed it. All others of the network are where it went: they hold it from then on. */
  readonly by: number
  readonly stamps: readonly Stamp[]
}

/**
 * What the rest of the network keeps, with the rules of Bee's reserve (`pkg/storer/internal/reserve`): a chunk stays as
 * long as one live batch pays for it, a slot of a batch holds one chunk, and only a newer stamp takes a slot over.
 */
export class Reserve {
  readonly #store: Store
  readonly #clock: Clock
  readonly #chain: PostageChain

  constructor(store: Store, clock: Clock, chain: PostageChain) {
    this.#store = store
    this.#clock = clock
    this.#chain = chain
  }

  /** What is kept at this address, paid for by a batch that has not expired. */
  kept(address: Buffer): Kept | undefined {
    const record = this.#store.get(reserveKey(address))
    if (!record) return undefined
    const kept = decode(Buffer.from(record.buffer, record.byteOffset, record.length))
    return kept.stamps.some(stamp => this.#chain.batch(stamp.batch)) ? kept : undefined
  }

  /** The chunk that is kept at this address. */
  chunk(address: Buffer, kept = this.kept(address)): SwarmChunk | undefined {
    const bytes = kept && this.#store.get(bodyKey(address, kept.version))
    return bytes && { address, bytes, ...(kept.version && { version: kept.version }) }
  }

  /**
   * A chunk arrives with a stamp whose signature is in order. @returns what is to be written besides its bytes, or why
   * the network does not take it
   */
  arrive(chunk: Pick<SwarmChunk, 'address' | 'version'>, stamp: Stamp, by: number): Write[] | Refused {
    const batch = this.#chain.batch(stamp.batch)
    if (!batch) return { why: 'expired' }
    const [bucket, slot] = [stamp.index.readUInt32BE(0), stamp.index.readUInt32BE(4)]
    if (bucket !== bucketOf(chunk.address) || slot >= slotsPerBucket(batch)) {
      return { why: 'misplaced' }
    }

    const writes: Write[] = []
    const key = slotKey(stamp.batch, stamp.index)
    const occupant = this.#store.get(key)
    if (occupant) {
      const bytes = Buffer.from(occupant)
      const [timestamp, address] = [bytes.readBigUInt64BE(0), bytes.subarray(8)]
      const same = address.equals(chunk.address)
      if (same && timestamp === stamp.timestamp) return []
      if (timestamp >= stamp.timestamp) return { why: 'outdated', occupant: address }
      if (!same) writes.push(...this.#displace(address, stamp))
    }
    const before = this.kept(chunk.address)
    const others = (before?.stamps ?? []).filter(other => !sameSlot(other, stamp))
    const newest = (before?.stamps ?? []).every(other => other.timestamp < stamp.timestamp)
    const version = before && !newest ? before.version : chunk.version
    const kept = {
      version,
      since: before && sameVersion(before.version, version) ? before.since : this.#clock.now(),
      by: before?.by ?? by,
      stamps: [...others, stamp],
    }
    writes.push(
      { key, value: Buffer.concat([timestampBytes(stamp.timestamp), chunk.address]) },
      { key: reserveKey(chunk.address), value: encode(kept) },
    )
    return writes
  }

  #displace(address: Buffer, stamp: Stamp): Write[] {
    const record = this.#store.get(reserveKey(address))
    if (!record) return []
    const kept = decode(Buffer.from(record))
    const stamps = kept.stamps.filter(other => !sameSlot(other, stamp))
    return [{ key: reserveKey(address), value: stamps.length > 0 ? encode({ ...kept, stamps }) : undefined }]
  }
}

function sameVersion(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a && b ? a.equals(b) : a === b
}

function sameSlot(a: Stamp, b: Stamp): boolean {
  return a.batch.equals(b.batch) && a.index.equals(b.index)
}

/** since (float64) ‖ by (1) ‖ length of version (1) ‖ version ‖ stamps of 48 bytes. */
function encode({ version, since, by, stamps }: Kept): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeDoubleBE(since, 0)
  head[8] = by
  head[9] = version?.length ?? 0
  const parts = stamps.flatMap(stamp => [stamp.batch, stamp.index, timestampBytes(stamp.timestamp)])
  return Buffer.concat([head, version ?? Buffer.alloc(0), ...parts])
}

function decode(bytes: Buffer): Kept {
  const start = HEAD_BYTES + bytes[9]!
  const stamps: Stamp[] = []
  for (let at = start; at < bytes.length; at += STAMP_RECORD_BYTES) {
    stamps.push({
      batch: bytes.subarray(at, at + 32),
      index: bytes.subarray(at + 32, at + 40),
      timestamp: bytes.readBigUInt64BE(at + 40),
    })
  }
  const version = bytes[9] === 0 ? undefined : bytes.subarray(HEAD_BYTES, start)
  return { version, since: bytes.readDoubleBE(0), by: bytes[8]!, stamps }
}
