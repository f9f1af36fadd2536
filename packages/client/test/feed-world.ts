import {
  bytesToHex,
  type LogId,
  MemoryNameSystem,
  NotFoundError,
  parseAddress,
  UnavailableError,
} from '@remote-log/core'
import { type SingleOwnerChunk, type SingleOwnerStore, SwarmFeed } from '@remote-log/swarm'
import { LocalFeedRecords } from '../src/feed/local-feed-records.ts'
import { type LocalDatabase, type LogParts, type RemoteLog, signerOf } from '../src/index.ts'
import { ID, memory, World } from './world.ts'

export const SIGNER = signerOf(`0x${'42'.repeat(32)}`)
export const FEED_ID: LogId = { ...ID, owner: parseAddress(SIGNER.address) }

/** Single-owner chunks in memory: the first content at an address stays. It can be made to lie. */
export class MemorySingleOwners implements SingleOwnerStore {
  readonly chunks = new Map<string, SingleOwnerChunk>()
  gets = 0
  puts = 0
  /** What it does with questions: `stale` knows nothing that came after `freeze`. */
  mood: 'honest' | 'stale' | 'silent' | 'deaf' = 'honest'
  #frozen = new Map<string, SingleOwnerChunk>()

  freeze(): void {
    this.#frozen = new Map(this.chunks)
  }

  async get(owner: string, id: Uint8Array): Promise<SingleOwnerChunk> {
    this.gets++
    if (this.mood === 'silent') throw new UnavailableError('silent')
    const chunk = (this.mood === 'stale' ? this.#frozen : this.chunks).get(owner + bytesToHex(id))
    if (!chunk) throw new NotFoundError('not here')
    return chunk
  }

  async put(chunk: SingleOwnerChunk): Promise<void> {
    this.puts++
    const key = chunk.owner + bytesToHex(chunk.id)
    if (!this.chunks.has(key)) this.chunks.set(key, chunk)
    if (this.mood === 'deaf') throw new UnavailableError('the answer was lost')
  }
}

/** A {@link World} whose log has an owner with a key, and feeds. */
export class FeedWorld {
  readonly world = new World()
  readonly owners = new MemorySingleOwners()
  readonly names = new MemoryNameSystem({ chain: this.world.chain, owner: FEED_ID.owner })

  feed(local: LocalDatabase, beginsLog = false): SwarmFeed {
    const { owners } = this
    return new SwarmFeed({
      writers: [owners],
      readers: [owners],
      records: new LocalFeedRecords(local),
      signer: SIGNER,
      beginsLog,
    })
  }

  writer(local = memory(), parts: Partial<LogParts> = {}): Promise<RemoteLog> {
    return this.world.writer({
      id: FEED_ID,
      names: this.names,
      local,
      feed: this.feed(local),
      anchor: 'onDemand',
      ...parts,
    })
  }

  /** A device of the owner without a feed: each publish moves the head. */
  plain(local = memory()): Promise<RemoteLog> {
    return this.world.writer({ id: FEED_ID, names: this.names, local })
  }

  reader(local = memory()): Promise<RemoteLog> {
    return this.world.reader({
      id: FEED_ID,
      names: new MemoryNameSystem({ chain: this.world.chain }),
      local,
      feed: this.feed(local),
    })
  }
}
