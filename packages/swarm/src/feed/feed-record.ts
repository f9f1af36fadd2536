import {
  bytesToHex,
  type LogHash,
  parseHex,
  parseReference,
  type Reference,
  ZERO_REFERENCE,
} from '@remote-log/core'

/** Where a feed's own state is kept on this device, one record a log. A write is on disk when it resolves. */
export interface FeedRecords {
  /** @throws LOCAL_DAMAGED, UNAVAILABLE */
  load(log: LogHash): Promise<Uint8Array | undefined>
  /** @throws UNAVAILABLE */
  save(log: LogHash, record: Uint8Array): Promise<void>
}

/** What this device wrote on a base of which it is the writer. */
export interface Written {
  readonly base: Reference | undefined
  /** The index of the next update. */
  readonly next: number
  /** The last update, at index `next - 1`. */
  readonly last?: SentUpdate | undefined
}

/** An update that was written down before it was sent. */
export interface SentUpdate {
  readonly head: Reference
  /** The whole single-owner chunk, until the network is known to have it: so that it is sent again as it was. */
  readonly pending?: Uint8Array | undefined
}

/** The newest update that this device saw of somebody else's. */
export interface SeenUpdate {
  readonly base: Reference | undefined
  readonly index: number
  readonly head: Reference
}

/** What a device remembers of one log's feed. */
export interface FeedRecord {
  /** By base, the latest claim last. */
  readonly written: readonly Written[]
  readonly seen?: SeenUpdate | undefined
}

/** Bases that are remembered: a reorganisation may bring an earlier one back. */
const BASES_KEPT = 64

interface Stored {
  readonly version: 1
  readonly written: readonly (readonly [
    base: string,
    next: number,
    head: string | null,
    pending: string | null,
  ])[]
  readonly seen: readonly [base: string, index: number, head: string] | null
}

export function encodeFeedRecord({ written, seen }: FeedRecord): Uint8Array {
  const stored: Stored = {
    version: 1,
    written: written
      .slice(-BASES_KEPT)
      .map(({ base, next, last }) => [
        base ?? ZERO_REFERENCE,
        next,
        last?.head ?? null,
        last?.pending ? bytesToHex(last.pending) : null,
      ]),
    seen: seen ? [seen.base ?? ZERO_REFERENCE, seen.index, seen.head] : null,
  }
  return new TextEncoder().encode(JSON.stringify(stored))
}

/** Reads what {@link encodeFeedRecord} wrote; whoever keeps records guards them against damage. */
export function decodeFeedRecord(bytes: Uint8Array | undefined): FeedRecord {
  if (bytes === undefined) return { written: [] }
  const { written, seen } = JSON.parse(new TextDecoder().decode(bytes)) as Stored
  return {
    written: written.map(([base, next, head, pending]) => ({
      base: baseOf(base),
      next,
      last: head === null ? undefined : { head: parseReference(head), pending: bytesOf(pending) },
    })),
    seen: seen ? { base: baseOf(seen[0]), index: seen[1], head: parseReference(seen[2]) } : undefined,
  }
}

function baseOf(text: string): Reference | undefined {
  return text === ZERO_REFERENCE ? undefined : parseReference(text)
}

function bytesOf(hex: string | null): Uint8Array | undefined {
  return hex === null ? undefined : parseHex(hex, hex.length / 2, 'a single-owner chunk')
}
