import type { Allowance } from './allowance.ts'
import { fromRecord, toRecord } from './json-record.ts'
import type { Network } from './network.ts'
import type { NodeChunks } from './node-chunks.ts'
import { pendingKey, pendingPrefix } from './record-keys.ts'
import type { Refused } from './reserve.ts'
import type { Stamp } from './stamp.ts'
import type { Write } from './store.ts'
import { type SwarmChunk, stampIdentity } from './swarm-chunk.ts'
import type { Tag, TagBook } from './tag-book.ts'

export type Pushed = Pick<SwarmChunk, 'address' | 'version'>

interface Pending {
  readonly sequence: number
  readonly address: Buffer
  readonly version: Buffer | undefined
  readonly stamp: Stamp
  readonly tag: number
  /** Unix time in milliseconds from which it may be pushed. */
  readonly due: number
}

interface PendingRecord {
  readonly address: string
  readonly version?: string | undefined
  readonly batch: string
  readonly index: string
  readonly timestamp: string
  readonly tag: number
}

/** The parts of a node that pushes go through. */
export interface PushParts {
  /** The node's number on its network. */
  readonly number: number
  readonly tags: TagBook
  readonly allowance: Allowance
  readonly chunks: NodeChunks
}

/** Chunks pushed in one go, so that requests get their turn in between. */
const PUSH_AT_ONCE = 256

/**
 * Deferred chunks on their way to the network: each is pushed a constant time after it came, under its tag, or later
 * where a poor node has to wait for its allowance.
 */
export class PushQueue {
  readonly #network: Network
  readonly #node: number
  readonly #tags: TagBook
  readonly #allowance: Allowance
  readonly #chunks: NodeChunks
  readonly #lagMs: number
  readonly #queue = new Map<number, Pending>()
  readonly #waiting = new Map<string, number>()
  /** Chunks that nobody takes because their stamps are outdated: Bee tries them for ever, and they wait for ever. */
  readonly #stuck = new Set<string>()
  #nextSequence = 0
  #callOff: (() => void) | undefined
  #paused = false

  private constructor(network: Network, { number, tags, allowance, chunks }: PushParts, lagMs: number) {
    this.#network = network
    this.#node = number
    this.#tags = tags
    this.#allowance = allowance
    this.#chunks = chunks
    this.#lagMs = lagMs
  }

  static async open(network: Network, node: PushParts, lagMs: number): Promise<PushQueue> {
    const queue = new PushQueue(network, node, lagMs)
    for await (const [key, value] of network.store.entries(pendingPrefix(node.number))) {
      const record = fromRecord<PendingRecord>(value)
      queue.#enter({
        sequence: key.readUIntBE(2, 6),
        address: Buffer.from(record.address, 'hex'),
        version: record.version === undefined ? undefined : Buffer.from(record.version, 'hex'),
        stamp: {
          batch: Buffer.from(record.batch, 'hex'),
          index: Buffer.from(record.index, 'hex'),
          timestamp: BigInt(record.timestamp),
        },
        tag: record.tag,
        due: network.clock.now() + lagMs,
      })
    }
    queue.#schedule()
    return queue
  }

  /** Whether the chunk waits under this batch: then it counts as seen and is not taken again. */
  has(address: Buffer, batch: Buffer): boolean {
    return this.#waiting.has(name(address, batch))
  }

  /** Whether this chunk, of a single-owner chunk this content, waits under this batch: it is not pushed a second time. */
  inFlight(chunk: Pushed, batch: Buffer): boolean {
    return this.#waiting.has(name(stampIdentity(chunk), batch, 'this content'))
  }

  /** Whether the chunk waits under any batch for its first push. */
  waits(address: Buffer): boolean {
    return this.#waiting.has(name(address)) && !this.#stuck.has(name(address))
  }

  add(chunk: Pushed, stamp: Stamp, tag: number): Write[] {
    const pending = {
      sequence: this.#nextSequence,
      address: chunk.address,
      version: chunk.version,
      stamp,
      tag,
      due: this.#network.clock.now() + this.#lagMs,
    }
    this.#enter(pending)
    this.#schedule()
    const record: PendingRecord = {
      address: chunk.address.toString('hex'),
      version: chunk.version?.toString('hex'),
      batch: stamp.batch.toString('hex'),
      index: stamp.index.toString('hex'),
      timestamp: stamp.timestamp.toString(),
      tag,
    }
    return [{ key: pendingKey(this.#node, pending.sequence), value: toRecord(record) }]
  }

  /** Nothing reaches the network until {@link resume}. */
  pause(): void {
    this.#paused = true
    this.#callOff?.()
    this.#callOff = undefined
  }

  resume(): void {
    this.#paused = false
    this.#schedule()
  }

  #enter(pending: Pending): void {
    this.#queue.set(pending.sequence, pending)
    this.#nextSequence = pending.sequence + 1
    this.#countAll(pending, 1)
  }

  /** What no peer takes the node keeps itself, unless it too has something newer in the slot. */
  #isStuck(refused: Refused): boolean {
    return refused.why === 'outdated' && this.#chunks.keepsFor(refused.occupant)
  }

  #leave(pending: Pending): Write {
    this.#countAll(pending, -1)
    return { key: pendingKey(this.#node, pending.sequence), value: undefined }
  }

  #countAll({ address, version, stamp: { batch } }: Pending, by: 1 | -1): void {
    const identity = stampIdentity({ address, ...(version && { version }) })
    for (const key of [name(address), name(address, batch), name(identity, batch, 'this content')]) {
      this.#count(key, by)
    }
  }

  #count(key: string, by: 1 | -1): void {
    const count = (this.#waiting.get(key) ?? 0) + by
    if (count === 0) this.#waiting.delete(key)
    else this.#waiting.set(key, count)
  }

  #schedule(): void {
    if (this.#paused || this.#callOff) return
    const first = this.#queue.values().next().value
    if (!first) return
    const wait = Math.max(0, first.due - this.#network.clock.now())
    this.#callOff = this.#network.clock.after(wait, () => {
      this.#callOff = undefined
      if (this.#push()) this.#awaitAllowance()
      else this.#schedule()
    })
  }

  #awaitAllowance(): void {
    let granted = false
    const callOff = this.#allowance.request(() => {
      granted = true
      this.#callOff = undefined
      if (this.#push(1)) this.#awaitAllowance()
      else this.#schedule()
    })
    if (!granted) this.#callOff = callOff
  }

  /** @param granted chunks whose allowance is taken already. @returns whether more is due than may be pushed */
  #push(granted = 0): boolean {
    const writes: Write[] = []
    const touched = new Set<Tag>()
    const now = this.#network.clock.now()
    let left = PUSH_AT_ONCE
    let short = false
    for (const pending of this.#queue.values()) {
      if (pending.due > now || left-- === 0) break
      if (granted > 0) granted--
      else if (!this.#allowance.tryTake()) {
        short = true
        break
      }
      this.#queue.delete(pending.sequence)
      const { address, version, stamp } = pending
      const chunk = { address, ...(version && { version }) }
      const arrived = this.#network.arrive(chunk, stamp, this.#node)
      const tag = this.#tags.get(pending.tag)
      if (tag) touched.add(tag)
      // Later pushes of this round must see what this one changed.
      if (Array.isArray(arrived)) void this.#network.store.write(arrived).catch(ignore)
      else if (this.#isStuck(arrived)) {
        this.#stuck.add(name(address))
        if (tag) tag.sent++
        continue
      }
      writes.push(this.#leave(pending))
      if (tag) countPushed(tag, arrived)
    }
    for (const tag of touched) writes.push(...this.#tags.writes(tag))
    void this.#network.store.write(writes).catch(ignore)
    return short
  }
}

/** What the network refused and the node kept counts as `stored`, and as `synced` all the same. */
function countPushed(tag: Tag, arrived: Write[] | Refused): void {
  if (!Array.isArray(arrived) && arrived.why === 'expired') return
  tag.sent++
  tag.synced++
  if (!Array.isArray(arrived)) tag.stored++
}

/** A write that fails here fails for requests too, and is reported there. */
function ignore(): void {}

function name(address: Buffer, batch?: Buffer, what = ''): string {
  return address.toString('latin1') + (batch ? batch.toString('latin1') : '') + what
}
