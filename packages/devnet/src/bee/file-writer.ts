import { CHUNK_BYTES, REFERENCE_BYTES, SPAN_BYTES } from '@remote-log/core'
import { encryptChunk } from './encryption.ts'
import { parityShards } from './reed-solomon.ts'
import { rootReplicas } from './replicas.ts'
import { contentChunk, type SwarmChunk } from './swarm-chunk.ts'
import { branching, type Level, parityCount } from './tree-shape.ts'

const SHARD_BYTES = SPAN_BYTES + CHUNK_BYTES

interface Child {
  readonly span: number
  /** Address, and the key where it is encrypted. */
  readonly reference: Buffer
  readonly chunk: SwarmChunk
}

/** Splits a file into the chunks of Bee's tree with redundancy, encryption, or both (`pkg/file/pipeline`). */
export class FileWriter {
  readonly #level: Level
  readonly #encrypt: boolean
  readonly #put: (chunk: SwarmChunk) => Promise<void>
  /** Children that wait for their parent, by their height. */
  readonly #heights: Child[][] = []
  #rest: Buffer = Buffer.alloc(0)

  constructor(options: {
    readonly level: Level
    readonly encrypt: boolean
    readonly put: (chunk: SwarmChunk) => Promise<void>
  }) {
    this.#level = options.level
    this.#encrypt = options.encrypt
    this.#put = options.put
  }

  async write(bytes: Uint8Array): Promise<void> {
    let rest = Buffer.concat([this.#rest, bytes])
    // The last chunk is kept back: it may be the only one.
    for (; rest.length > CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES)) {
      await this.#leaf(rest.subarray(0, CHUNK_BYTES))
    }
    this.#rest = Buffer.from(rest)
  }

  /** @returns the file's reference: 32 bytes, or 64 where it is encrypted */
  async finish(): Promise<Buffer> {
    await this.#leaf(this.#rest)
    for (let height = 0; ; height++) {
      const children = this.#children(height)
      const above = this.#heights.slice(height + 1).some(waiting => waiting.length > 0)
      if (children.length === 1 && !above) return this.#finished(children[0]!)
      // One that is left over becomes a child further up, as it is.
      if (children.length === 1) {
        this.#heights[height] = []
        await this.#add(height + 1, children[0]!)
      } else if (children.length > 1) {
        await this.#wrap(height)
      }
    }
  }

  async #finished({ chunk, reference }: Child): Promise<Buffer> {
    for (const replica of rootReplicas(chunk, this.#level)) await this.#put(replica)
    return reference
  }

  async #leaf(bytes: Buffer): Promise<void> {
    await this.#add(0, await this.#store(bytes.length, 0, bytes))
  }

  async #add(height: number, child: Child): Promise<void> {
    const children = this.#children(height)
    children.push(child)
    if (children.length === branching(this.#level, this.#encrypt)) await this.#wrap(height)
  }

  async #wrap(height: number): Promise<void> {
    const children = this.#children(height)
    this.#heights[height] = []
    const count = parityCount(children.length, this.#level, this.#encrypt)
    const parities = parityShards(children.map(shardOf), count).map(contentChunk)
    for (const parity of parities) await this.#put(parity)
    const references = [...children.map(child => child.reference), ...parities.map(({ address }) => address)]
    const span = children.reduce((sum, child) => sum + child.span, 0)
    await this.#add(
      height + 1,
      await this.#store(span, count > 0 ? this.#level : 0, Buffer.concat(references)),
    )
  }

  async #store(span: number, level: Level, payload: Buffer): Promise<Child> {
    const head = Buffer.alloc(SPAN_BYTES)
    head.writeBigUInt64LE(BigInt(span))
    if (level > 0) head[SPAN_BYTES - 1] = level | 0x80
    const plain = Buffer.concat([head, payload])
    const { key, bytes } = this.#encrypt ? encryptChunk(plain) : { key: Buffer.alloc(0), bytes: plain }
    const chunk = contentChunk(bytes)
    await this.#put(chunk)
    return { span, chunk, reference: Buffer.concat([chunk.address.subarray(0, REFERENCE_BYTES), key]) }
  }

  #children(height: number): Child[] {
    this.#heights[height] ??= []
    return this.#heights[height]
  }
}

/** A chunk's bytes filled up with zeros: what parities are made of. */
function shardOf({ chunk }: Child): Uint8Array {
  const shard = new Uint8Array(SHARD_BYTES)
  shard.set(chunk.bytes)
  return shard
}
