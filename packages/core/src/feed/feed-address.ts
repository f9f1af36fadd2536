import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { bytesToHex, parseHex } from '../hex.ts'
import { type Address, type LogKey, logHash, type Topic } from '../log-id.ts'
import { type Reference, referenceToBytes, ZERO_REFERENCE } from '../reference.ts'

/** Keeps topics of these feeds apart from whatever else their owner signs. */
const DOMAIN = utf8ToBytes('remote-log feed v1')

/**
 * The topic of the feed whose updates extend the anchored head `base` (undefined: none yet):
 * keccak256("remote-log feed v1" ‖ log hash ‖ base), 32 zero bytes for no base (docs/spec.md, section 13).
 */
export function feedTopic(log: LogKey, base: Reference | undefined): Topic {
  const parts = [DOMAIN, parseHex(logHash(log), 32, 'a log hash'), referenceToBytes(base ?? ZERO_REFERENCE)]
  return `0x${bytesToHex(keccak_256(concatBytes(...parts)))}` as Topic
}

/**
 * The identifier of update `index` of a sequence feed, 32 bytes: keccak256(topic ‖ index as uint64, big endian), as
 * Bee's `pkg/feeds` has it. @throws RangeError unless `index` is an integer from 0 to 2^53-1
 */
export function feedUpdateId(topic: Topic, index: number): Uint8Array {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`${index} is no index of a feed`)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(index))
  return keccak_256(concatBytes(parseHex(topic, 32, 'a topic'), bytes))
}

/** The address of a single-owner chunk: keccak256(id ‖ owner), as Bee's `pkg/soc` has it. */
export function singleOwnerAddress(owner: Address, id: Uint8Array): Reference {
  return bytesToHex(keccak_256(concatBytes(id, parseHex(owner, 20, 'an owner')))) as Reference
}
