import { keccak_256 } from '@noble/hashes/sha3.js'
import { parseHex, type Reference } from '@remote-log/core'

/** Buckets of a postage batch: the first 16 bits of a chunk's address choose one (Bee: `postage.BucketDepth`). */
export const BUCKETS = 2 ** 16
/** Bytes of a stamp: batch 32, index 8, timestamp 8, signature 65 (Bee: `pkg/postage/stamp.go`). */
export const STAMP_BYTES = 113
const SIGNATURE_BYTES = 65

/** Signs for the owner of a postage batch. */
export interface StampSigner {
  /**
   * The signature (r ‖ s ‖ v, 65 bytes, v = 27 or 28) over `"\x19Ethereum Signed Message:\n32" ‖ digest` (EIP-191): what
   * `signMessage(digest)` of a wallet gives.
   */
  sign(digest: Uint8Array): Promise<Uint8Array>
}

/** What a stamp says: this chunk has this slot of this batch. */
export interface StampContent {
  /** 32 bytes. */
  readonly batch: Uint8Array
  readonly address: Uint8Array
  readonly slot: number
  /** Unix time in nanoseconds. */
  readonly timestamp: bigint
}

/** The bucket of a chunk with this address. */
export function bucketOf(address: Uint8Array): number {
  return (address[0]! << 8) | address[1]!
}

export function addressOf(reference: Reference): Uint8Array {
  return parseHex(reference, 32, 'a reference')
}

/** The 113 bytes of a stamp. @throws what the signer throws; TypeError where it gives no signature */
export async function signStamp(content: StampContent, signer: StampSigner): Promise<Uint8Array> {
  const { batch, address, slot, timestamp } = content
  const stamp = new Uint8Array(STAMP_BYTES)
  stamp.set(batch)
  const view = new DataView(stamp.buffer)
  view.setUint32(32, bucketOf(address))
  view.setUint32(36, slot)
  view.setBigUint64(40, timestamp)
  const digest = keccak_256.create().update(address).update(stamp.subarray(0, 48)).digest()
  const signature = await signer.sign(digest)
  if (signature.length !== SIGNATURE_BYTES)
    throw new TypeError(`a signature has 65 bytes, not ${signature.length}`)
  stamp.set(signature, 48)
  return stamp
}
