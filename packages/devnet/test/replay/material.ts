import { createHash } from 'node:crypto'
import { makeChunk } from '@remote-log/core'
import { keccak } from '../../src/bee/keccak.ts'
import { addressOfKey, signDigest } from '../../src/bee/signing.ts'
import { bucketOf, STAMP_BYTES, signStamp, stampIndex } from '../../src/bee/stamp.ts'
import { contentChunk } from '../../src/bee/swarm-chunk.ts'
import type { RecordedBody, Step } from './recording.ts'

/** A stamp, and a chunk of 700 bytes. */
const STAMPED_MESSAGE_BYTES = STAMP_BYTES + 8 + 700

const sha256 = (text: string) => createHash('sha256').update(text).digest()

export const AUTHOR_KEY = sha256('remote-log recordings: author')
export const BATCH_OWNER_KEY = sha256('remote-log recordings: batch owner')
export const author = addressOfKey(AUTHOR_KEY).toString('hex')
export const clientOwner = addressOfKey(BATCH_OWNER_KEY).toString('hex')

/** SHA-256("seed:0") ‖ SHA-256("seed:1") ‖ … cut at `length` bytes. */
export function payload(seed: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) => sha256(`${seed}:${i}`))
  return Buffer.concat(blocks).subarray(0, length)
}

export const topic = keccak(payload('feed topic 1', 32)).toString('hex')
export const socId = 'b94c5a897259b9b067d1966e73be2f5f51d724473767b5c4246298c3a71dea54'

/** The leaves of history.json. */
export const HISTORY_LEAVES = Array.from({ length: 130 }, (_, i) => payload(`page ${i}`, 4096))

/** The bytes of a request's body. */
export function bodyOf(step: Step): Buffer | undefined {
  const { body } = step.request!
  if (!body) return undefined
  if (body.note !== undefined) return fromNote(step)
  // The one body that stands there as a hash: see the README.
  if (body.sha256 !== undefined && step.name === 'update 2') return withSpan(payload('feed 2', 4096))
  return plainBody(body)
}

function plainBody(body: RecordedBody): Buffer {
  if (body.base64 !== undefined) return Buffer.from(body.base64, 'base64')
  if (body.text !== undefined) return Buffer.from(body.text)
  if (body.chunk) return withSpan(plainBody(body.chunk))
  if (body.payload) {
    const bytes = payload(body.payload.seed, body.payload.length)
    return body.spanOf === undefined ? bytes : Buffer.concat([span(body.spanOf), bytes])
  }
  throw new TypeError(`no bytes in ${JSON.stringify(body)}`)
}

function fromNote({ file, name }: Step): Buffer {
  if (name === 'post a single-owner chunk of 4201 bytes') return longSingleOwnerChunk()
  const leaves = HISTORY_LEAVES.map(leaf => makeChunk(leaf))
  const first = inner(leaves.slice(0, 128))
  const edge = inner(leaves.slice(128))
  const made: Record<string, Buffer> = {
    'first full node': first,
    'right edge': edge,
    root: Buffer.concat([span(130 * 4096), address(first), address(edge)]),
    'same bytes by POST /bytes at level 0': Buffer.concat(HISTORY_LEAVES),
  }
  const bytes = made[name]
  if (!bytes) throw new TypeError(`${file}: ${name}: a note that nothing is made of`)
  return bytes
}

function inner(children: readonly { reference: string }[]): Buffer {
  const references = children.map(child => Buffer.from(child.reference, 'hex'))
  return Buffer.concat([span(children.length * 4096), ...references])
}

function longSingleOwnerChunk(): Buffer {
  const id = keccak(payload('soc in chunks 2', 32))
  const wrapped = withSpan(payload('soc big', 4096))
  return Buffer.concat([id, signDigest(AUTHOR_KEY, keccak(id, address(wrapped))), wrapped])
}

/** A recorded client stamp, signed again for the `client` batch of this run: index and time stay. */
export function resign(stamp: string, batch: string, step: Step, chunk: Buffer): string {
  const bytes = Buffer.from(stamp, 'hex')
  const key = step.name === 'client stamp by another key' ? AUTHOR_KEY : BATCH_OWNER_KEY
  const stamped = step.name === 'client stamp for another chunk' ? keccak(chunk) : address(chunk)
  return signStamp(key, stamped, {
    batch: Buffer.from(batch, 'hex'),
    index: bytes.subarray(32, 40),
    timestamp: bytes.readBigUInt64BE(40),
  }).toString('hex')
}

/** The binary messages of the stream's steps: of some only the lengths were recorded. */
export function streamMessage(text: string, index: number, batch: string, now: number): Buffer | string {
  const length = Number(/^([0-9]+) bytes$/.exec(text)?.[1] ?? Number.NaN)
  if (Number.isNaN(length)) return text
  if (length !== STAMPED_MESSAGE_BYTES) {
    return length > 8 ? withSpan(payload(`stream ${index}`, length - 8)) : payload('short', length)
  }
  const chunk = withSpan(payload('stream stamped', 700))
  const reference = address(chunk)
  const stamp = {
    batch: Buffer.from(batch, 'hex'),
    index: stampIndex(bucketOf(reference), 0),
    timestamp: BigInt(now) * 1_000_000n,
  }
  return Buffer.concat([signStamp(BATCH_OWNER_KEY, reference, stamp), chunk])
}

function address(chunk: Buffer): Buffer {
  return contentChunk(chunk).address
}

function withSpan(bytes: Buffer): Buffer {
  return Buffer.concat([span(bytes.length), bytes])
}

function span(length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(length))
  return bytes
}
