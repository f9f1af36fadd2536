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
  /** A proof of the head at a block, in the one JSON text that says so; undefined where it holds none. */
  readonly proof: string | undefined
  /** Whether payloads by reference are in it. */
  readonly payloads: boolean
  /** The head page: 1 to 4,096 bytes. */
  readonly page: Uint8Array
}

/** As PNG's: a byte that is no text, a name, and line ends that a transfer as text would change. */
const MAGIC = Uint8Array.of(0x89, 0x52, 0x4c, 0x42, 0x0d, 0x0a, 0x1a, 0x0a)
const VERSION = 2
/** Up to the flags. */
const FIXED_BYTES = MAGIC.length + 1 + 8 + 20 + 20 + 32 + 32 + 4 + 1
const PAYLOADS = 1
/** Most bytes of a signed head as JSON: by a key it has about 500. */
export const MOST_SIGNED_BYTES = 2048
/** Most bytes of a proof as JSON: on the largest chains it has about 15,000. */
export const MOST_PROOF_BYTES = 2 ** 17

export function encodeHeader({ id, head, from, signed, proof, payloads, page }: BundleHeader): Uint8Array {
  const text = new TextEncoder().encode(signed ?? '')
  const proven = new TextEncoder().encode(proof ?? '')
  const bytes = new Uint8Array(FIXED_BYTES + 2 + text.length + 4 + proven.length + 2 + page.length)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  bytes[8] = VERSION
  view.setBigUint64(9, BigInt(id.chainId))
  bytes.set(parseHex(id.registry.slice(2), 20, 'a registry'), 17)
  bytes.set(parseHex(id.owner.slice(2), 20, 'an owner'), 37)
  bytes.set(parseHex(id.topic.slice(2), 32, 'a topic'), 57)
  bytes.set(referenceToBytes(head), 89)
  view.setUint32(121, from)
  bytes[125] = payloads ? PAYLOADS : 0
  let at = FIXED_BYTES
  view.setUint16(at, text.length)
  bytes.set(text, at + 2)
  at += 2 + text.length
  view.setUint32(at, proven.length)
  bytes.set(proven, at + 4)
  at += 4 + proven.length
  view.setUint16(at, page.length)
  bytes.set(page, at + 2)
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
  const flags = view.getUint8(116)
  if (flags > PAYLOADS) throw new CorruptError('the bundle has flags that do not exist', { flags })
  const signed = await sized(source, 2, 0, MOST_SIGNED_BYTES, 'signed head')
  const proof = await sized(source, 4, 0, MOST_PROOF_BYTES, 'proof')
  return {
    id: {
      chainId: Number(view.getBigUint64(0)),
      registry: parseAddress(hex(8, 20)),
      owner: parseAddress(hex(28, 20)),
      topic: parseTopic(hex(48, 32)),
    },
    head: referenceFromBytes(fixed.subarray(80, 112)),
    from: view.getUint32(112),
    signed: textOf(signed),
    proof: textOf(proof),
    payloads: flags === PAYLOADS,
    page: await sized(source, 2, 1, CHUNK_BYTES, 'head page'),
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  return bytes.length === 0 ? undefined : new TextDecoder().decode(bytes)
}

/** As many bytes as a number of so many bytes in front of them says. */
async function sized(
  source: ByteSource,
  digits: 2 | 4,
  least: number,
  most: number,
  what: string,
): Promise<Uint8Array> {
  const view = new DataView((await source.take(digits)).buffer)
  const length = digits === 2 ? view.getUint16(0) : view.getUint32(0)
  if (length >= least && length <= most) return await source.take(length)
  throw new CorruptError(`the bundle's ${what} can't have ${length} bytes`, { length, least, most })
}
