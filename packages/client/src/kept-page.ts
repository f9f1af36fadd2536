import {
  bytesToHex,
  CHUNK_BYTES,
  LocalDamagedError,
  makeChunk,
  type Reference,
  referenceToBytes,
} from '@remote-log/core'

/** A sealed page on this device: its bytes, and the reference that they must have. */
export interface KeptPage {
  readonly reference: Reference
  readonly bytes: Uint8Array
}

const REFERENCE_BYTES = 32

const RECORD_BYTES = REFERENCE_BYTES + CHUNK_BYTES

/** Each as reference 32, page 4,096. */
export function encodeKeptPages(pages: readonly KeptPage[]): Uint8Array[] {
  // One allocation for all: they are written together.
  const all = new Uint8Array(RECORD_BYTES * pages.length)
  return pages.map(({ reference, bytes }, i) => {
    const stored = all.subarray(RECORD_BYTES * i, RECORD_BYTES * (i + 1))
    stored.set(referenceToBytes(reference))
    stored.set(bytes, REFERENCE_BYTES)
    return stored
  })
}

/** @throws LOCAL_DAMAGED where the page is missing or not the one that was kept */
export function decodeKeptPage(stored: Uint8Array | undefined, record: string): KeptPage {
  const bytes = stored?.subarray(REFERENCE_BYTES)
  if (stored && bytes?.length === CHUNK_BYTES) {
    const { reference } = makeChunk(bytes)
    if (bytesToHex(stored.subarray(0, REFERENCE_BYTES)) === reference) return { reference, bytes }
  }
  const what = stored ? 'damaged' : 'missing'
  throw new LocalDamagedError(`the record ${record}, a page kept on this device, is ${what}`, { record })
}
