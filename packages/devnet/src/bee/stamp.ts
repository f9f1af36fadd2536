import { keccak } from './keccak.ts'
import { signDigest, signerOf } from './signing.ts'

/** Length of a postage stamp: batch id 32, index 8, timestamp 8, signature 65. */
export const STAMP_BYTES = 113
/** Every batch has 2^16 buckets: the first 16 bits of a chunk's address choose one. */
export const BUCKET_DEPTH = 16

/** A postage stamp without its signature, which only who receives it from outside has to look at. */
export interface Stamp {
  readonly batch: Buffer
  /** Bucket ‖ slot, each uint32 big endian. */
  readonly index: Buffer
  /** Unix time in nanoseconds, by Bee's convention. */
  readonly timestamp: bigint
}

/** A stamp as clients send it. */
export interface SignedStamp extends Stamp {
  readonly signature: Buffer
}

/** The bucket of a chunk address. */
export function bucketOf(address: Uint8Array): number {
  return (address[0]! << 8) | address[1]!
}

/** Bucket ‖ slot as 8 bytes. */
export function stampIndex(bucket: number, slot: number): Buffer {
  const index = Buffer.alloc(8)
  index.writeUInt32BE(bucket, 0)
  index.writeUInt32BE(slot, 4)
  return index
}

/** Reads 113 bytes; undefined for any other length. */
export function parseStamp(bytes: Buffer): SignedStamp | undefined {
  if (bytes.length !== STAMP_BYTES) return undefined
  return {
    batch: bytes.subarray(0, 32),
    index: bytes.subarray(32, 40),
    timestamp: bytes.readBigUInt64BE(40),
    signature: bytes.subarray(48),
  }
}

export function timestampBytes(timestamp: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(timestamp)
  return bytes
}

/** The 113 bytes of a stamp for a chunk, signed. */
export function signStamp(privateKey: Uint8Array, address: Uint8Array, stamp: Stamp): Buffer {
  const signature = signDigest(privateKey, stampDigest(address, stamp))
  return Buffer.concat([stamp.batch, stamp.index, timestampBytes(stamp.timestamp), signature])
}

/** The address (20 bytes) that signed a stamp for this chunk, or undefined where the signature is none. */
export function stampSigner(address: Uint8Array, stamp: SignedStamp): Buffer | undefined {
  return signerOf(stamp.signature, stampDigest(address, stamp))
}

function stampDigest(address: Uint8Array, stamp: Stamp): Buffer {
  return keccak(address, stamp.batch, stamp.index, timestampBytes(stamp.timestamp))
}
