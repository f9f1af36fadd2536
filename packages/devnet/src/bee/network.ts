import { SPAN_BYTES } from '@remote-log/core'
import type { Clock } from '../clock.ts'
import { PostageChain } from './postage-chain.ts'
import { bodyKey } from './record-keys.ts'
import { type Refused, Reserve } from './reserve.ts'
import type { Stamp } from './stamp.ts'
import { Store, type Write } from './store.ts'
import { type SwarmChunk, singleOwnerParts } from './swarm-chunk.ts'

/** What other nodes of the network can get from a node. */
export interface Peer {
  /** In the order in which nodes joined. */
  readonly number: number
  /** 32 bytes. */
  readonly overlay: Buffer
  /** A chunk that the node holds and that is not waiting to be pushed. */
  cached(address: Buffer): SwarmChunk | undefined
  /** A single-owner chunk reaches it. */
  hear(address: Buffer, payload: () => Buffer | undefined): void
}

/**
 * Everything beyond the nodes of a process: the postage chain, the reserve in which pushed chunks end up, and who else
 * is there. Nodes on one network share its store, so the last one that stops closes it.
 */
export class Network {
  readonly store: Store
  readonly clock: Clock
  readonly chain: PostageChain
  readonly reserve: Reserve
  /**
   * Whether there are peers enough that a chunk which nobody has is known to be absent (404, as on mainnet). With few
   * (default, as in the recordings) the node runs out of peers (500) and skips those that failed for a minute.
   */
  readonly manyPeers: boolean
  readonly #peers = new Set<Peer>()
  #joined = 0

  private constructor(store: Store, clock: Clock, chain: PostageChain, manyPeers: boolean) {
    this.store = store
    this.clock = clock
    this.chain = chain
    this.reserve = new Reserve(store, clock, chain)
    this.manyPeers = manyPeers
  }

  /** @throws LOCKED, UNAVAILABLE, LOCAL_DAMAGED */
  static async open(options: {
    readonly folder: string | undefined
    readonly clock: Clock
    readonly blockTimeMs: number
    readonly manyPeers: boolean
  }): Promise<Network> {
    const store = await Store.open(options.folder)
    const chain = await PostageChain.open(store, options.clock, options.blockTimeMs)
    return new Network(store, options.clock, chain, options.manyPeers)
  }

  /** Numbers nodes in the order in which they join: it is part of their records' keys. */
  nextNodeNumber(): number {
    return this.#joined
  }

  join(peer: Peer): void {
    this.#peers.add(peer)
    this.#joined++
  }

  async leave(peer: Peer): Promise<void> {
    this.#peers.delete(peer)
    if (this.#peers.size === 0) await this.store.close()
  }

  /** {@link Reserve.arrive}; the other nodes hear single-owner chunks. */
  arrive(chunk: Pick<SwarmChunk, 'address' | 'version'>, stamp: Stamp, by: number): Write[] | Refused {
    const { address, version } = chunk
    const writes = this.reserve.arrive(chunk, stamp, by)
    if (Array.isArray(writes) && version) {
      const payload = () => {
        const bytes = this.store.get(bodyKey(address, version))
        return bytes && singleOwnerParts(bytes).wrapped.subarray(SPAN_BYTES)
      }
      for (const peer of this.#peers) if (peer.number !== by) peer.hear(address, payload)
    }
    return writes
  }

  others(than: Peer): Peer[] {
    return [...this.#peers].filter(peer => peer !== than)
  }
}
