import {
  bytesToHex,
  CHUNK_BYTES,
  LocalDamagedError,
  makeChunk,
  parseHex,
  type Reference,
} from '@remote-log/core'

/** A sealed page on this device: its bytes, and the reference that they must have. */
export interface KeptPage {
  readonly reference: Reference
  readonly bytes: Uint8Array
}

const REFERENCE_BYTES = 32

/** reference 32, page 4,096. */
export function encodeKeptPage({ reference, bytes }: KeptPage): Uint8Array {
  const stored = new Uint8Array(REFERENCE_BYTES + bytes.length)
  stored.set(parseHex(reference, REFERENCE_BYTES, 'a reference'))
  stored.set(bytes, REFERENCE_BYTES)
  return stored
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
