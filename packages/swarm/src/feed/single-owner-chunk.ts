import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import {
  type Address,
  bytesToHex,
  type Chunk,
  CorruptError,
  chunkReference,
  parseHex,
  type Reference,
  referenceToBytes,
  SPAN_BYTES,
} from '@remote-log/core'
import { MAX_CHUNK_BYTES } from '../limits.ts'

const ID_BYTES = 32
const SIGNATURE_BYTES = 65
const HEADER_BYTES = ID_BYTES + SIGNATURE_BYTES
/** The longest single-owner chunk on the wire: id, signature, span, 4,096 bytes of payload. */
export const MAX_SINGLE_OWNER_BYTES = HEADER_BYTES + MAX_CHUNK_BYTES

/** EIP-191, version 0x45, over 32 bytes. */
const PREFIX = utf8ToBytes('\x19Ethereum Signed Message:\n32')
/** The owner of Bee's replicas of root chunks (`pkg/replicas`): its private key is public. */
const REPLICA_OWNER = '0xdc5b20847f43d67928f49cd4f85d696b5a7617b5'

/** A chunk at an address that its owner chose, wrapping a content-addressed one (Bee: `pkg/soc`). */
export interface SingleOwnerChunk {
  readonly owner: Address
  /** 32 bytes. */
  readonly id: Uint8Array
  /** r ‖ s ‖ v, 65 bytes. */
  readonly signature: Uint8Array
  readonly wrapped: Chunk
}

/** What the owner signs as an EIP-191 message, 32 bytes: keccak256(id ‖ address of the wrapped chunk). */
export function singleOwnerDigest(id: Uint8Array, wrapped: Reference): Uint8Array {
  return keccak_256(concatBytes(id, referenceToBytes(wrapped)))
}

/** id ‖ signature ‖ span ‖ payload: what Bee's `GET /chunks` carries. */
export function encodeSingleOwnerChunk({ id, signature, wrapped }: SingleOwnerChunk): Uint8Array {
  return concatBytes(id, signature, wrapped.bytes)
}

/**
 * Reads and verifies what came for the single-owner chunk of this owner and id (32 bytes).
 * @throws CORRUPT: another length, another id, not signed by the owner, or a replica's that wraps what it does not name
 */
export function verifySingleOwnerChunk(owner: Address, id: Uint8Array, bytes: Uint8Array): SingleOwnerChunk {
  const details = { owner, id: bytesToHex(id), length: bytes.length }
  const corrupt = (why: string) => new CorruptError(`what came for a single-owner chunk ${why}`, details)
  if (bytes.length < HEADER_BYTES + SPAN_BYTES || bytes.length > MAX_SINGLE_OWNER_BYTES) {
    throw corrupt(`can't have ${bytes.length} bytes`)
  }
  if (bytesToHex(bytes.subarray(0, ID_BYTES)) !== details.id) throw corrupt('has another id')
  const signature = bytes.slice(ID_BYTES, HEADER_BYTES)
  const content = bytes.slice(HEADER_BYTES)
  const reference = chunkReference(content)
  if (recoverOwner(signature, singleOwnerDigest(id, reference)) !== owner) {
    throw corrupt('was not signed by its owner')
  }
  const named = bytesToHex(id.subarray(1)) === reference.slice(2)
  if (owner === REPLICA_OWNER && !named) throw corrupt('is a replica of another chunk')
  return { owner, id, signature, wrapped: { reference, bytes: content } }
}

/** The address whose key signed a digest as an EIP-191 message; undefined where the signature is none. */
export function recoverOwner(signature: Uint8Array, digest: Uint8Array): Address | undefined {
  const v = signature[64]
  if (signature.length !== SIGNATURE_BYTES || (v !== 27 && v !== 28)) return undefined
  try {
    const recovered = concatBytes(Uint8Array.of(v - 27), signature.subarray(0, 64))
    const hash = keccak_256(concatBytes(PREFIX, digest))
    const point = secp256k1.Signature.fromBytes(recovered, 'recovered').recoverPublicKey(hash)
    return `0x${bytesToHex(keccak_256(point.toBytes(false).subarray(1)).subarray(12))}` as Address
  } catch {
    return undefined
  }
}

/** A signature as wallets give it, `0x` and 130 hex digits, with v as Bee wants it: 27 or 28. @throws INVALID_ARGUMENT */
export function parseSignature(text: string): Uint8Array {
  const signature = parseHex(text, SIGNATURE_BYTES, 'a signature')
  if (signature[64]! < 27) signature[64]! += 27
  return signature
}
