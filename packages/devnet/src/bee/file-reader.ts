import { CHUNK_BYTES, REFERENCE_BYTES, SPAN_BYTES } from '@remote-log/core'
import { decryptChunk, KEY_BYTES } from './encryption.ts'
import { recoverShards } from './reed-solomon.ts'
import { contentChunk, type SwarmChunk } from './swarm-chunk.ts'
import { type Level, type TreeShape, treeShape } from './tree-shape.ts'

/** Gets a chunk, or undefined where it is not to be had. */
export type Fetch = (address: Buffer) => SwarmChunk | undefined

/** A chunk of a file is missing, or is not what its place in the tree demands. Bee cuts the body short then. */
export class BrokenFile extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BrokenFile'
  }
}

/** A chunk of a file's tree in the clear. */
export interface TreeChunk {
  /** Bytes of the file below it. */
  readonly span: number
  readonly level: Level
  readonly encrypted: boolean
  /** Of a leaf its bytes, else references: those of data, then those of parities. */
  readonly payload: Buffer
}

/** Reads a chunk (span ‖ payload). @param key of an encrypted one. @throws BrokenFile */
export function treeChunk(bytes: Uint8Array, key?: Uint8Array): TreeChunk {
  if (bytes.length < SPAN_BYTES) throw new BrokenFile(`a chunk of ${bytes.length} bytes`)
  const plain = key ? decryptChunk(bytes, key) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  // Bee puts the level + 128 into the top byte of the span of inner chunks.
  const top = plain[SPAN_BYTES - 1]!
  const level = (top > 0x80 && top <= 0x84 ? top - 0x80 : 0) as Level
  const high = plain.readUInt32LE(4)
  const span = plain.readUInt32LE(0) + 2 ** 32 * (level > 0 ? high & 0xff_ffff : high)
  const payload = plain.subarray(SPAN_BYTES)
  const encrypted = key !== undefined
  if (!encrypted) return { span, level, encrypted, payload }
  if (span <= CHUNK_BYTES) return { span, level, encrypted, payload: payload.subarray(0, span) }
  const { children, parities } = treeShape(span, level, true)
  const length = children * (REFERENCE_BYTES + KEY_BYTES) + parities * REFERENCE_BYTES
  return { span, level, encrypted, payload: payload.subarray(0, length) }
}

/** The length of the file below a plain root chunk (span ‖ payload), in bytes. */
export function fileLength(root: Uint8Array): number {
  return treeChunk(root).span
}

/**
 * The bytes `from` to `to` (exclusive) of a file, in pieces, read down its tree (docs/spec.md section 4). A data chunk
 * that is missing is made of the others and the parities, where there are enough.
 * @throws BrokenFile
 */
export function* fileBytes(root: TreeChunk, from: number, to: number, fetch: Fetch): Generator<Buffer, void> {
  const { span, payload } = root
  if (span <= CHUNK_BYTES) {
    if (payload.length !== span) throw new BrokenFile(`a leaf of ${payload.length} bytes has span ${span}`)
    if (from < to) yield payload.subarray(from, to)
    return
  }
  const shape = shapeOf(root)
  for (let i = Math.floor(from / shape.full); i < shape.children && i * shape.full < to; i++) {
    const child = openChild(
      root,
      shape,
      i,
      address => fetch(address)?.bytes ?? recovered(root, shape, i, fetch),
    )
    const at = i * shape.full
    yield* fileBytes(child, Math.max(0, from - at), Math.min(child.span, to - at), fetch)
  }
}

/**
 * Has the chunks fetched that {@link fileBytes} will need for the bytes `from` to `to` (exclusive), one after the other.
 * Those that are not to be had, or are wrong, are left for it to find.
 */
export async function bringBytes(
  root: TreeChunk,
  from: number,
  to: number,
  fetch: (address: Buffer) => Promise<SwarmChunk | undefined>,
): Promise<void> {
  if (root.span <= CHUNK_BYTES) return
  const shape = shapeOf(root)
  for (let i = Math.floor(from / shape.full); i < shape.children && i * shape.full < to; i++) {
    const got = await fetch(referenceAt(root, i).subarray(0, REFERENCE_BYTES))
    if (!got) continue
    const child = openChild(root, shape, i, () => got.bytes)
    const at = i * shape.full
    await bringBytes(child, Math.max(0, from - at), Math.min(child.span, to - at), fetch)
  }
}

/** Every chunk of a file, parents first, parities included. `chunk` is undefined for those that are not to be had. */
export function* fileChunks(
  reference: Buffer,
  fetch: Fetch,
): Generator<{ address: Buffer; chunk: SwarmChunk | undefined }, void> {
  const address = reference.subarray(0, REFERENCE_BYTES)
  const chunk = fetch(address)
  yield { address, chunk }
  if (!chunk || chunk.version) return
  const root = treeChunk(chunk.bytes, reference.length > REFERENCE_BYTES ? reference.subarray(32) : undefined)
  if (root.span <= CHUNK_BYTES) return
  const shape = treeShape(root.span, root.level, root.encrypted)
  for (let i = 0; i < shape.children; i++) yield* fileChunks(referenceAt(root, i), fetch)
  for (let i = 0; i < shape.parities; i++) {
    const parity = parityAt(root, shape, i)
    yield { address: parity, chunk: fetch(parity) }
  }
}

/** @throws BrokenFile where the payload does not have the length that its span demands */
function shapeOf({ span, level, encrypted, payload }: TreeChunk): TreeShape {
  const shape = treeShape(span, level, encrypted)
  const length = shape.children * referenceBytes(encrypted) + shape.parities * REFERENCE_BYTES
  if (payload.length !== length) {
    throw new BrokenFile(`an inner chunk of span ${span} has ${payload.length} bytes of references`)
  }
  return shape
}

/** @throws BrokenFile */
function openChild(
  parent: TreeChunk,
  shape: TreeShape,
  index: number,
  bytesOf: (address: Buffer) => Uint8Array | undefined,
): TreeChunk {
  const reference = referenceAt(parent, index)
  const address = reference.subarray(0, REFERENCE_BYTES)
  const bytes = bytesOf(address)
  if (!bytes) throw new BrokenFile(`chunk ${address.toString('hex')} is missing`)
  const child = treeChunk(bytes, parent.encrypted ? reference.subarray(REFERENCE_BYTES) : undefined)
  const expected = index < shape.children - 1 ? shape.full : parent.span - (shape.children - 1) * shape.full
  if (child.span !== expected) throw new BrokenFile(`chunk ${address.toString('hex')} has a wrong span`)
  return child
}

/** The bytes of a child that is missing, if enough of its siblings and parities are there. */
function recovered(parent: TreeChunk, shape: TreeShape, index: number, fetch: Fetch): Uint8Array | undefined {
  if (shape.parities === 0) return undefined
  const siblings = Array.from({ length: shape.children }, (_, i) =>
    referenceAt(parent, i).subarray(0, REFERENCE_BYTES),
  )
  const parities = Array.from({ length: shape.parities }, (_, i) => parityAt(parent, shape, i))
  const shards = [...siblings, ...parities].map(address => {
    const bytes = fetch(address)?.bytes
    return bytes && Buffer.concat([bytes, Buffer.alloc(SPAN_BYTES + CHUNK_BYTES - bytes.length)])
  })
  const shard = recoverShards(shards, shape.children)?.[index]
  if (!shard || !contentChunk(shard).address.equals(siblings[index]!)) return undefined
  return parent.encrypted ? shard : trimmed(shard)
}

/** A plain chunk without the zeros that filled it up. */
export function trimmed(shard: Uint8Array): Uint8Array {
  const { span, level } = treeChunk(shard)
  if (span <= CHUNK_BYTES) return shard.subarray(0, SPAN_BYTES + span)
  const { children, parities } = treeShape(span, level, false)
  return shard.subarray(0, SPAN_BYTES + (children + parities) * REFERENCE_BYTES)
}

function referenceBytes(encrypted: boolean): number {
  return encrypted ? REFERENCE_BYTES + KEY_BYTES : REFERENCE_BYTES
}

function referenceAt({ payload, encrypted }: TreeChunk, index: number): Buffer {
  const length = referenceBytes(encrypted)
  return payload.subarray(index * length, (index + 1) * length)
}

function parityAt({ payload, encrypted }: TreeChunk, { children }: TreeShape, index: number): Buffer {
  const at = children * referenceBytes(encrypted) + index * REFERENCE_BYTES
  return payload.subarray(at, at + REFERENCE_BYTES)
}
