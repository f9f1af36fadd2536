import {
  bytesToHex,
  CHUNK_BYTES,
  CorruptError,
  InvalidArgumentError,
  type LogId,
  parseAddress,
  parseHex,
  parseTopic,
  type Reference,
  referenceFromBytes,
  referenceToBytes,
} from '@remote-log/core'
import type { ByteSource } from './byte-source.ts'

/** What stands in front of a bundle's chunks (docs/spec.md, section 14). */
export interface BundleHeader {
  readonly id: LogId
  readonly head: Reference
  /** The first sealed page that it holds: 0 in a whole one. */
  readonly from: number
  /** The head as its owner signed it, in the one JSON text that says so; undefined where it holds none. */
  readonly signed: string | undefined
  /** The head page: 1 to 4,096 bytes. */
  readonly page: Uint8Array
}

/** As PNG's: a byte that is no text, a name, and line ends that a transfer as text would change. */
const MAGIC = Uint8Array.of(0x89, 0x52, 0x4c, 0x42, 0x0d, 0x0a, 0x1a, 0x0a)
const VERSION = 1
const FIXED_BYTES = MAGIC.length + 1 + 8 + 20 + 20 + 32 + 32 + 4 + 2
/** Most bytes of a signed head as JSON: by a key it has about 500. */
export const MOST_SIGNED_BYTES = 2048

export function encodeHeader({ id, head, from, signed, page }: BundleHeader): Uint8Array {
  const text = new TextEncoder().encode(signed ?? '')
  const bytes = new Uint8Array(FIXED_BYTES + text.length + 2 + page.length)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  bytes[8] = VERSION
  view.setBigUint64(9, BigInt(id.chainId))
  bytes.set(parseHex(id.registry.slice(2), 20, 'a registry'), 17)
  bytes.set(parseHex(id.owner.slice(2), 20, 'an owner'), 37)
  bytes.set(parseHex(id.topic.slice(2), 32, 'a topic'), 57)
  bytes.set(referenceToBytes(head), 89)
  view.setUint32(121, from)
  view.setUint16(125, text.length)
  bytes.set(text, FIXED_BYTES)
  view.setUint16(FIXED_BYTES + text.length, page.length)
  bytes.set(page, FIXED_BYTES + text.length + 2)
  return bytes
}

/**
 * Reads what {@link encodeHeader} wrote; of the log and the head nothing is checked yet.
 * @throws INVALID_ARGUMENT (no bundle, or of another version), CORRUPT (cut off, or a length that can't be)
 */
export async function readHeader(source: ByteSource): Promise<BundleHeader> {
  const start = await source.take(MAGIC.length + 1)
  if (MAGIC.some((byte, i) => byte !== start[i])) throw new InvalidArgumentError('this is no bundle of a log')
  if (start[8] !== VERSION)
    throw new InvalidArgumentError(`the bundle is of version ${start[8]}, not ${VERSION}`, {
      version: start[8],
    })
  const fixed = await source.take(FIXED_BYTES - start.length)
  const view = new DataView(fixed.buffer)
  const hex = (from: number, length: number) => `0x${bytesToHex(fixed.subarray(from, from + length))}`
  const signed = await source.take(checkedLength(view.getUint16(116), 0, MOST_SIGNED_BYTES, 'signed head'))
  const length = new DataView((await source.take(2)).buffer).getUint16(0)
  return {
    id: {
      chainId: Number(view.getBigUint64(0)),
      registry: parseAddress(hex(8, 20)),
      owner: parseAddress(hex(28, 20)),
      topic: parseTopic(hex(48, 32)),
    },
    head: referenceFromBytes(fixed.subarray(80, 112)),
    from: view.getUint32(112),
    signed: signed.length === 0 ? undefined : new TextDecoder().decode(signed),
    page: await source.take(checkedLength(length, 1, CHUNK_BYTES, 'head page')),
  }
}

function checkedLength(length: number, least: number, most: number, what: string): number {
  if (length >= least && length <= most) return length
  throw new CorruptError(`the bundle's ${what} can't have ${length} bytes`, { length, least, most })
}
