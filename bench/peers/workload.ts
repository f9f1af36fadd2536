import { createHash } from 'node:crypto'

/** Bytes of payload in an entry of the bench. */
export const ENTRY_BYTES = 256
/** Milliseconds between two entries. */
export const ENTRY_INTERVAL = 60_000
/** Timestamp of entry 0: 2020-01-01T00:00:00Z, so that 100,000 minutes later is still in the past. */
export const FIRST_TIMESTAMP = Date.UTC(2020, 0, 1)

/** The payload of entry `seq`: 256 bytes that do not compress, the same in every run and for every peer. */
export function payload(seq: number): Uint8Array {
  const bytes = new Uint8Array(ENTRY_BYTES)
  for (let at = 0; at < ENTRY_BYTES; at += 64) {
    bytes.set(createHash('sha512').update(`entry ${seq} at ${at}`).digest(), at)
  }
  return bytes
}

export function timestamp(seq: number): number {
  return FIRST_TIMESTAMP + seq * ENTRY_INTERVAL
}

/** Milliseconds that `work` takes, and what it resolves to. */
export async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now()
  const value = await work()
  return { ms: performance.now() - start, value }
}

/** Entries in a sealed page of ours, at this size and interval: 97 bytes of header and 15 times 266 (docs/spec.md). */
export const ENTRIES_PER_PAGE = 15
