import {
  bytesToHex,
  CHUNK_BYTES,
  LEAF_RECORD_BYTES,
  LocalDamagedError,
  makeChunk,
  type Reference,
  recordAddress,
  recordLeaf,
  referenceToBytes,
} from '@remote-log/core'

/** A sealed page on this device: its bytes, and the reference that they must have. */
export interface KeptPage {
  readonly reference: Reference
  readonly bytes: Uint8Array
  /** Both as they are stored (see `LEAF_RECORD_BYTES`), where they came so. */
  readonly record?: Uint8Array | undefined
}

/** Reference 32, page 4,096. */
export function encodeKeptPage({ reference, bytes, record }: KeptPage): Uint8Array {
  if (record) return record
  const stored = new Uint8Array(LEAF_RECORD_BYTES)
  recordAddress(stored).set(referenceToBytes(reference))
  recordLeaf(stored).set(bytes)
  return stored
}

/** @throws LOCAL_DAMAGED where the page is missing or not the one that was kept */
export function decodeKeptPage(stored: Uint8Array | undefined, record: string): KeptPage {
  const bytes = stored && recordLeaf(stored)
  if (stored && bytes?.length === CHUNK_BYTES) {
    const { reference } = makeChunk(bytes)
    if (bytesToHex(recordAddress(stored)) === reference) return { reference, bytes }
  }
  const what = stored ? 'damaged' : 'missing'
  throw new LocalDamagedError(`the record ${record}, a page kept on this device, is ${what}`, { record })
}
