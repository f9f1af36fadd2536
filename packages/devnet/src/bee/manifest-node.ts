import { keccak } from './keccak.ts'

/** keccak256('mantaray:0.2') without its last byte: what a node of a manifest begins with, under its key. */
const VERSION = keccak(Buffer.from('mantaray:0.2')).subarray(0, 31)

const KEY_BYTES = 32
const FORK_HEAD_BYTES = 32
const TYPE_VALUE = 2
const TYPE_EDGE = 4
const TYPE_PATH_SEPARATOR = 8
const TYPE_METADATA = 16
const SEPARATOR = '/'.charCodeAt(0)

/** A branch of a node: the bytes that lead to it, at most 30, and what is known of its end. */
export interface NodeFork {
  readonly prefix: Buffer
  readonly reference: Buffer
  readonly value: boolean
  readonly edge: boolean
  readonly metadata: Readonly<Record<string, string>>
}

export interface ManifestNode {
  readonly entry: Buffer
  readonly forks: readonly NodeFork[]
}

/**
 * A node of a manifest (mantaray 0.2): key (32) ‖ version (31) ‖ size of references (1) ‖ entry ‖ bitmap of first
 * bytes (32) ‖ forks. Bee obfuscates nodes with random keys; the key here is zero, as bee-js writes it.
 */
export function manifestNode(entry: Buffer, forks: readonly NodeFork[]): Buffer {
  const bitmap = Buffer.alloc(32)
  for (const { prefix } of forks) bitmap[prefix[0]! >> 3]! |= 1 << (prefix[0]! & 7)
  return Buffer.concat([
    Buffer.alloc(KEY_BYTES),
    VERSION,
    Buffer.of(entry.length),
    entry,
    bitmap,
    ...forks.map(forkBytes),
  ])
}

/** Whether a chunk's payload is a node of a manifest. */
export function isManifest(payload: Uint8Array): boolean {
  if (payload.length < KEY_BYTES + VERSION.length) return false
  return VERSION.every((byte, i) => (payload[KEY_BYTES + i]! ^ payload[i]!) === byte)
}

/** @returns undefined for what is no node */
export function readManifestNode(bytes: Buffer): ManifestNode | undefined {
  if (!isManifest(bytes)) return undefined
  const plain = Buffer.from(bytes)
  for (let i = KEY_BYTES; i < plain.length; i++) plain[i]! ^= bytes[i % KEY_BYTES]!
  const size = plain[63]!
  const bitmap = plain.subarray(64 + size, 96 + size)
  const forks: NodeFork[] = []
  let at = 96 + size
  for (let first = 0; first < 256; first++) {
    if ((bitmap[first >> 3]! & (1 << (first & 7))) === 0) continue
    const [type, length] = [plain[at]!, plain[at + 1]!]
    const prefix = plain.subarray(at + 2, at + 2 + length)
    const reference = plain.subarray(at + FORK_HEAD_BYTES, at + FORK_HEAD_BYTES + size)
    at += FORK_HEAD_BYTES + size
    let metadata: Record<string, string> = {}
    if (type & TYPE_METADATA) {
      const end = at + 2 + plain.readUInt16BE(at)
      metadata = JSON.parse(plain.subarray(at + 2, end).toString()) as Record<string, string>
      at = end
    }
    forks.push({
      prefix,
      reference,
      value: Boolean(type & TYPE_VALUE),
      edge: Boolean(type & TYPE_EDGE),
      metadata,
    })
  }
  return { entry: plain.subarray(64, 64 + size), forks }
}

function forkBytes({ prefix, reference, value, edge, metadata }: NodeFork): Buffer {
  const described = Object.keys(metadata).length > 0
  const head = Buffer.alloc(FORK_HEAD_BYTES)
  head[0] =
    (value ? TYPE_VALUE : 0) |
    (edge ? TYPE_EDGE : 0) |
    (prefix.indexOf(SEPARATOR) > 0 ? TYPE_PATH_SEPARATOR : 0) |
    (described ? TYPE_METADATA : 0)
  head[1] = prefix.length
  prefix.copy(head, 2)
  if (!described) return Buffer.concat([head, reference])
  const json = Buffer.from(JSON.stringify(metadata))
  const filled = Math.ceil((2 + json.length) / KEY_BYTES) * KEY_BYTES
  const block = Buffer.alloc(filled, '\n')
  block.writeUInt16BE(filled - 2, 0)
  json.copy(block, 2)
  return Buffer.concat([head, reference, block])
}
