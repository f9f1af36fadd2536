import { CHUNK_BYTES, chunkReference, SPAN_BYTES } from '@remote-log/core'
import { keccak } from './keccak.ts'
import { signerOf } from './signing.ts'

const ID_BYTES = 32
const SIGNATURE_BYTES = 65
const SOC_HEADER_BYTES = ID_BYTES + SIGNATURE_BYTES
/** The longest content-addressed chunk: span and 4,096 bytes. */
export const CAC_MAX_BYTES = SPAN_BYTES + CHUNK_BYTES
/** The longest single-owner chunk. */
export const SOC_MAX_BYTES = SOC_HEADER_BYTES + CAC_MAX_BYTES

/** The owner of Bee's root replicas, whose private key (0x01 00…) is public. */
export const REPLICA_OWNER = Buffer.from('dc5b20847f43d67928f49cd4f85d696b5a7617b5', 'hex')

/** A chunk as the network carries it. */
export interface SwarmChunk {
  readonly address: Buffer
  readonly bytes: Uint8Array
  /** Of a single-owner chunk: the address of the chunk that it wraps. Its address alone does not fix its content. */
  readonly version?: Buffer
}

/** The content-addressed chunk with these bytes (span ‖ payload, 8 to 4,104 bytes). */
export function contentChunk(bytes: Uint8Array): SwarmChunk {
  return { address: Buffer.from(chunkReference(bytes), 'hex'), bytes }
}

/** The address of a single-owner chunk: keccak256(id ‖ owner). */
export function singleOwnerAddress(id: Uint8Array, owner: Uint8Array): Buffer {
  return keccak(id, owner)
}

/** The parts of a single-owner chunk's bytes: id ‖ signature ‖ span ‖ payload. */
export function singleOwnerParts(bytes: Uint8Array): { id: Buffer; signature: Buffer; wrapped: Buffer } {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return {
    id: all.subarray(0, ID_BYTES),
    signature: all.subarray(ID_BYTES, SOC_HEADER_BYTES),
    wrapped: all.subarray(SOC_HEADER_BYTES),
  }
}

/** The chunk that these bytes are as a single-owner chunk (Bee: `soc.FromChunk`, `soc.Valid`), or undefined. */
export function singleOwnerChunk(bytes: Uint8Array): (SwarmChunk & { owner: Buffer }) | undefined {
  if (bytes.length < SOC_HEADER_BYTES + SPAN_BYTES || bytes.length > SOC_MAX_BYTES) return undefined
  const { id, signature, wrapped } = singleOwnerParts(bytes)
  const { address: version } = contentChunk(wrapped)
  const owner = signerOf(signature, keccak(id, version))
  if (!owner) return undefined
  // Anyone can sign for the replica owner, so its chunks must say in their id what they wrap.
  if (owner.equals(REPLICA_OWNER) && !id.subarray(1).equals(version.subarray(1))) return undefined
  return { address: singleOwnerAddress(id, owner), bytes, version, owner }
}

/** What slots of a batch are counted by: a new payload at the address of a single-owner chunk takes a new slot. */
export function stampIdentity({ address, version }: Pick<SwarmChunk, 'address' | 'version'>): Buffer {
  return version ? keccak(address, version) : address
}
