import type { Network, Peer } from './network.ts'
import { bodyKey, localKey } from './record-keys.ts'
import type { Write } from './store.ts'
import type { SwarmChunk } from './swarm-chunk.ts'

/** Bee skips a peer that failed to deliver a chunk for so long, for this chunk (`pkg/retrieval`). */
const SKIP_MS = 60_000
const SKIPPED_AT_MOST = 100_000

/** The record of a chunk's bytes, which all nodes of a network share. */
export function bodyOf({ address, version, bytes }: SwarmChunk): Write {
  return { key: bodyKey(address, version), value: bytes }
}

/** The chunks that one node holds, and its way to those that others hold. */
export class NodeChunks {
  readonly #network: Network
  readonly #node: number
  readonly #pullSyncMs: number
  readonly #self: () => Peer
  readonly #skipUntil = new Map<string, number>()

  /** @param pullSyncMs after so long a chunk that this node pushed comes back to it, which is in its neighbourhood too */
  constructor(network: Network, node: number, pullSyncMs: number, self: () => Peer) {
    this.#network = network
    this.#node = node
    this.#pullSyncMs = pullSyncMs
    this.#self = self
  }

  /** From the node's own disk. */
  local(address: Buffer): SwarmChunk | undefined {
    return this.#stored(address) ?? this.#pulled(address)
  }

  /** Which content of a single-owner chunk is stored here. */
  storedVersion(address: Buffer): Buffer | undefined {
    const version = this.#network.store.get(localKey(this.#node, address))
    return version && version.length > 0 ? Buffer.from(version) : undefined
  }

  /** From the node's own disk, or else from the network, whose chunks are kept from then on unless `cache` is false. */
  get(address: Buffer, cache = true): SwarmChunk | undefined {
    return this.local(address) ?? this.fromNetwork(address, cache)
  }

  /** From the network, whatever the node itself holds. */
  fromNetwork(address: Buffer, cache = true): SwarmChunk | undefined {
    const name = address.toString('latin1')
    const now = this.#network.clock.now()
    if ((this.#skipUntil.get(name) ?? 0) > now) return undefined
    const chunk = this.#network.reserve.chunk(address) ?? this.#fromOthers(address)
    if (chunk) {
      if (cache) void this.#network.store.write(this.keep(chunk)).catch(() => {})
    } else if (!this.#network.manyPeers && address.length === 32) {
      if (this.#skipUntil.size >= SKIPPED_AT_MOST) this.#forgetSkipped(now)
      this.#skipUntil.set(name, now + SKIP_MS)
    }
    return chunk
  }

  /** The records by which this node holds a chunk. A single-owner chunk that is held already stays as it is. */
  keep(chunk: SwarmChunk): Write[] {
    const key = localKey(this.#node, chunk.address)
    if (this.#network.store.get(key)) return []
    return [{ key, value: chunk.version ?? Buffer.alloc(0) }, bodyOf(chunk)]
  }

  #stored(address: Buffer): SwarmChunk | undefined {
    const version = this.#network.store.get(localKey(this.#node, address))
    if (!version) return undefined
    if (version.length === 0) {
      const bytes = this.#network.store.get(bodyKey(address))
      return bytes && { address, bytes }
    }
    const bytes = this.#network.store.get(bodyKey(address, version))
    return bytes && { address, bytes, version: Buffer.from(version) }
  }

  #pulled(address: Buffer): SwarmChunk | undefined {
    const kept = this.#network.reserve.kept(address)
    if (!kept) return undefined
    const here = kept.by !== this.#node || this.#network.clock.now() >= kept.since + this.#pullSyncMs
    return here ? this.#network.reserve.chunk(address, kept) : undefined
  }

  #fromOthers(address: Buffer): SwarmChunk | undefined {
    for (const peer of this.#network.others(this.#self())) {
      const chunk = peer.cached(address)
      if (chunk) return chunk
    }
    return undefined
  }

  #forgetSkipped(now: number): void {
    for (const [name, until] of this.#skipUntil) if (until <= now) this.#skipUntil.delete(name)
  }
}
