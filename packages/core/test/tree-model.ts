import { createHash } from 'node:crypto'
import {
  type Chunk,
  chunkPayload,
  chunkSpan,
  type DirectoryRecord,
  makeChunk,
  type Reference,
  referenceFromBytes,
  referenceToBytes,
} from '../src/index.ts'

/** SHA-256("seed:0") ‖ SHA-256("seed:1") ‖ … cut at `length` bytes: how the recordings of a real Bee name payloads. */
export function seededBytes(seed: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${seed}:${i}`).digest(),
  )
  return new Uint8Array(Buffer.concat(blocks).subarray(0, length))
}

/** A reference that is the address of nothing: enough wherever the tree's shape matters and not the leaves. */
export function seededReference(name: string): Reference {
  return referenceFromBytes(seededBytes(name, 32))
}

/** The plainest file tree over full leaves: level by level, groups of 128, a single left-over carried up. */
export function naiveFileRoot(leaves: readonly Reference[]): Reference {
  let nodes = leaves.map(reference => ({ reference, span: 4096 }))
  while (nodes.length > 1) {
    const next: typeof nodes = []
    for (let at = 0; at < nodes.length; at += 128) {
      const group = nodes.slice(at, at + 128)
      const span = group.reduce((sum, node) => sum + node.span, 0)
      const payload = Buffer.concat(group.map(node => referenceToBytes(node.reference)))
      next.push(group.length === 1 ? group[0]! : { reference: makeChunk(payload, span).reference, span })
    }
    nodes = next
  }
  return nodes[0]!.reference
}

/** The plainest directory: level by level, nodes of 85 records of 48 bytes, until one node is left. */
export function naiveDirectoryRoot(pages: readonly DirectoryRecord[]): Reference {
  let records = pages
  do {
    const nodes: DirectoryRecord[] = []
    for (let at = 0; at < records.length; at += 85) {
      const group = records.slice(at, at + 85)
      nodes.push({ ...group[0]!, reference: makeChunk(directoryPayload(group)).reference })
    }
    records = nodes
  } while (records.length > 1)
  return records[0]!.reference
}

/** A directory node's payload as the specification draws it. */
export function directoryPayload(records: readonly DirectoryRecord[]): Uint8Array {
  const payload = Buffer.alloc(48 * records.length)
  for (const [i, { reference, firstSeq, time }] of records.entries()) {
    payload.write(reference, 48 * i, 'hex')
    payload.writeBigUInt64BE(BigInt(firstSeq), 48 * i + 32)
    payload.writeBigUInt64BE(BigInt(time), 48 * i + 40)
  }
  return payload
}

/** A place for chunks; `get` fails the test where a chunk was never put. */
export class ChunkMap {
  readonly #chunks = new Map<Reference, Uint8Array>()

  put(chunks: readonly Chunk[]): void {
    for (const { reference, bytes } of chunks) this.#chunks.set(reference, bytes)
  }

  get(reference: Reference): Uint8Array {
    const bytes = this.#chunks.get(reference)
    if (!bytes) throw new TypeError(`chunk ${reference} was never put`)
    return bytes
  }

  get size(): number {
    return this.#chunks.size
  }
}

/** Reads a whole file by recursion over spans, without the code under test. */
export function joinFile(chunks: ChunkMap, root: Reference): Uint8Array {
  const bytes = chunks.get(root)
  const payload = chunkPayload(bytes)
  if (chunkSpan(bytes) <= 4096) return payload
  const parts: Uint8Array[] = []
  for (let at = 0; at < payload.length; at += 32) {
    parts.push(joinFile(chunks, referenceFromBytes(payload.subarray(at, at + 32))))
  }
  return Buffer.concat(parts)
}

/** Supplies whatever `wanted` asks for until it asks for nothing; returns the number of rounds. */
export function supplyAll(
  walker: {
    wanted(from: number, to: number): { reference: Reference; node: { offset: number; span: number } }[]
    supply(node: { offset: number; span: number }, bytes: Uint8Array): void
  },
  chunks: ChunkMap,
  from: number,
  to: number,
): number {
  for (let rounds = 0; ; rounds++) {
    const wanted = walker.wanted(from, to)
    if (wanted.length === 0) return rounds
    for (const { reference, node } of wanted) walker.supply(node, chunks.get(reference))
  }
}
