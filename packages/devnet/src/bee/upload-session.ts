import type { Allowance } from './allowance.ts'
import { Refusal } from './http/refusal.ts'
import type { Network } from './network.ts'
import { bodyOf, type NodeChunks } from './node-chunks.ts'
import type { Pushed, PushQueue } from './push-queue.ts'
import type { Stamp } from './stamp.ts'
import type { Write } from './store.ts'
import type { SwarmChunk } from './swarm-chunk.ts'
import type { Tag, TagBook } from './tag-book.ts'

/** Makes or checks the stamp of a chunk. @throws Refusal */
export type Stamper = (chunk: SwarmChunk) => { readonly stamp: Stamp; readonly writes: readonly Write[] }

/** How many chunks may be on their way to the disk before an upload waits for it. */
const UNWRITTEN_CHUNKS = 512

/** The parts of a node that an upload goes through. */
export interface UploadParts {
  /** The node's number on its network. */
  readonly number: number
  readonly network: Network
  readonly allowance: Allowance
  readonly chunks: NodeChunks
  readonly queue: PushQueue
  readonly tags: TagBook
  readonly warn: (message: string) => void
}

/**
 * One request's chunks on their way in. With a tag the upload is deferred (stored here, pushed once the request is
 * done); without one it is direct: the network gets each chunk before the request is answered, and this node keeps
 * nothing itself.
 */
export class UploadSession {
  readonly #node: UploadParts
  readonly #stamper: Stamper
  readonly tag: Tag | undefined
  /** What is pushed when the request is done, of one that is cut nothing: by address and batch. */
  readonly #deferred = new Map<string, { readonly chunk: Pushed; readonly stamp: Stamp }>()
  #split = 0
  #seen = 0
  #unwritten = 0
  #written: Promise<void> = Promise.resolve()

  constructor(node: UploadParts, stamper: Stamper, tag: Tag | undefined) {
    this.#node = node
    this.#stamper = stamper
    this.tag = tag
  }

  /** Takes a chunk. Waits where the disk is far behind, and where a poor node pushes directly. @throws Refusal */
  async put(chunk: SwarmChunk): Promise<void> {
    const { stamp, writes } = this.#stamper(chunk)
    if (!this.tag && !this.#node.allowance.tryTake()) await this.#node.allowance.take()
    const kept = this.tag ? this.#defer(chunk, stamp) : this.#push(chunk, stamp)
    this.#written = this.#node.network.store.write([...writes, ...kept])
    this.#written.catch(() => {})
    if (++this.#unwritten >= UNWRITTEN_CHUNKS) {
      await this.#written
      this.#unwritten = 0
    }
  }

  /** Resolves when everything is with the operating system. `root` becomes the tag's address. */
  async done(root?: Buffer): Promise<void> {
    if (!this.tag) return this.#written
    const queued = this.#enqueue(this.tag)
    this.tag.split += this.#split
    this.tag.seen += this.#seen
    if (root) this.tag.address = root.toString('hex')
    await this.#node.network.store.write([...queued, ...this.#node.tags.writes(this.tag)])
  }

  /** What another request has brought in the meantime is seen. */
  #enqueue({ uid }: Tag): Write[] {
    const { queue } = this.#node
    const all = [...this.#deferred.values()]
    this.#deferred.clear()
    return all.flatMap(({ chunk, stamp }) => {
      if (!queue.has(chunk.address, stamp.batch)) return queue.add(chunk, stamp, uid)
      this.#seen++
      return []
    })
  }

  #defer(chunk: SwarmChunk, stamp: Stamp): Write[] {
    this.#split++
    const name = Buffer.concat([chunk.address, stamp.batch]).toString('latin1')
    if (this.#deferred.has(name) || this.#node.queue.has(chunk.address, stamp.batch)) {
      this.#seen++
      this.#warnOfRewrite(chunk)
      return []
    }
    this.#warnOfRewrite(chunk)
    // Of a single-owner chunk that is here already the first content stays, and is what is pushed.
    const stored = (chunk.version && this.#node.chunks.local(chunk.address)) ?? chunk
    const { address, version } = stored
    this.#deferred.set(name, { chunk: { address, ...(version && { version }) }, stamp })
    return this.#node.chunks.keep(stored)
  }

  /** @throws Refusal 500 */
  #push(chunk: SwarmChunk, stamp: Stamp): Write[] {
    // Bee passes over what waits under a tag, and answers as if it had pushed it (`pkg/pusher/pusher.go`).
    if (this.#node.queue.inFlight(chunk, stamp.batch)) return []
    if (chunk.version) void this.#node.network.store.write([bodyOf(chunk)]).catch(() => {})
    const arrived = this.#node.network.arrive(chunk, stamp, this.#node.number)
    if (Array.isArray(arrived)) return [...arrived, bodyOf(chunk)]
    // What the network does not take Bee keeps itself and answers 201, unless it too has something newer in the slot.
    if (arrived.why === 'outdated' && this.#node.chunks.keepsFor(arrived.occupant)) {
      throw new Refusal(500, 'done split failed')
    }
    return this.#node.chunks.keep(chunk)
  }

  #warnOfRewrite({ address, version }: SwarmChunk): void {
    const stored = version && this.#node.chunks.storedVersion(address)
    if (stored && !stored.equals(version)) {
      this.#node.warn(`single-owner chunk ${address.toString('hex')} is held with other content, which stays`)
    }
  }
}

/** The answer of a full immutable batch. */
export function overissued(): Refusal {
  return new Refusal(402, 'batch is overissued')
}
