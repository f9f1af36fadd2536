import type { Allowance } from './allowance.ts'
import type { Network, Peer } from './network.ts'
import { bodyKey, localKey } from './record-keys.ts'
import type { Kept } from './reserve.ts'
import type { Write } from './store.ts'
import type { SwarmChunk } from './swarm-chunk.ts'

/** Bee skips a peer that failed to deliver a chunk for so long, for this chunk (`pkg/retrieval`). */
const SKIP_MS = 60_000
const SKIPPED_AT_MOST = 100_000
/** Chunks of other nodes in a node's cache (Bee's default `cache-capacity`). */
const CACHED_AT_MOST = 1_000_000

/** The record of a chunk's bytes, which all nodes of a network share. */
export function bodyOf({ address, version, bytes }: SwarmChunk): Write {
  return { key: bodyKey(address, version), value: bytes }
}

/** The chunks that one node holds, and its way to those that others hold. */
export class NodeChunks {
  readonly #network: Network
  readonly #node: number
  readonly #pullSyncMs: number
  readonly #allowance: Allowance
  readonly #self: () => Peer
  readonly #skipUntil = new Map<string, number>()
  /**
   * What was read here and belongs to another node's neighbourhood. It outlives the loss of its slot, but (a caution of
   * this node, Bee is in no hurry) not the batches that paid for it: what expired must be missed.
   */
  readonly #cache = new Map<string, Kept>()
  #waitingReads = 0

  /** @param pullSyncMs after so long a chunk that this node pushed comes back to it, which is in its neighbourhood too */
  constructor(network: Network, node: number, pullSyncMs: number, allowance: Allowance, self: () => Peer) {
    this.#network = network
    this.#node = node
    this.#pullSyncMs = pullSyncMs
    this.#allowance = allowance
    this.#self = self
  }

  /** From the node's own disk. */
  local(address: Buffer): SwarmChunk | undefined {
    return this.#stored(address) ?? this.#pulled(address) ?? this.#cached(address)
  }

  /** Which content of a single-owner chunk is stored here. */
  storedVersion(address: Buffer): Buffer | undefined {
    const version = this.#network.store.get(localKey(this.#node, address))
    return version && version.length > 0 ? Buffer.from(version) : undefined
  }

  /** Whether the node itself keeps the chunk as part of its neighbourhood, with the stamps that pay for it. */
  keepsFor(address: Buffer): boolean {
    return this.#pulled(address) !== undefined
  }

  /** From the node's own disk, or else from the network, whose chunks are kept from then on unless `cache` is false. */
  get(address: Buffer, cache = true): SwarmChunk | undefined {
    const here = this.#here(address, cache)
    if (here) return here
    if (this.#allowance.tryTake()) return this.fromNetwork(address, cache)
    this.#skip(address)
    return undefined
  }

  /**
   * As {@link get}; a poor node waits until it may ask its peers. Unless `patient`, it refuses a chunk where too many
   * others wait, and then for a while.
   */
  async fetch(address: Buffer, cache: boolean, patient = false): Promise<SwarmChunk | undefined> {
    const { settings } = this.#allowance
    if (!settings) return this.get(address, cache)
    const here = this.#here(address, cache)
    if (here || this.#skips(address)) return here
    if (!patient && this.#waitingReads >= settings.waitingReads) {
      if (this.#allowance.tryTake()) return this.fromNetwork(address, cache)
      this.#skip(address)
      return undefined
    }
    if (!patient) this.#waitingReads++
    await this.#allowance.take()
    if (!patient) this.#waitingReads--
    return this.fromNetwork(address, cache)
  }

  /** Whether reads have to wait for what this node does not hold. */
  get poor(): boolean {
    return this.#allowance.settings !== undefined
  }

  /** From the network, whatever the node itself holds. */
  fromNetwork(address: Buffer, cache = true): SwarmChunk | undefined {
    if (this.#skips(address)) return undefined
    const chunk = this.#network.reserve.chunk(address) ?? this.#fromOthers(address)
    if (chunk) {
      if (cache) void this.#network.store.write(this.keep(chunk)).catch(() => {})
    } else if (!this.#network.manyPeers && address.length === 32) {
      this.#skip(address)
    }
    return chunk
  }

  /** The records by which this node holds a chunk. A single-owner chunk that is held already stays as it is. */
  keep(chunk: SwarmChunk): Write[] {
    const key = localKey(this.#node, chunk.address)
    if (this.#network.store.get(key)) return []
    return [{ key, value: chunk.version ?? Buffer.alloc(0) }, bodyOf(chunk)]
  }

  #here(address: Buffer, cache: boolean): SwarmChunk | undefined {
    const stored = this.#stored(address)
    if (stored) return stored
    const pulled = this.#pulled(address)
    if (pulled && cache) this.#remember(address)
    return pulled ?? this.#cached(address)
  }

  #stored(address: Buffer): SwarmChunk | undefined {
    const version = this.#network.store.get(localKey(this.#node, address))
    if (!version) return undefined
    if (version.length === 0) {
      const bytes = this.#network.store.get(bodyKey(address))
      return bytes && { address, bytes }
    }
    // Newer content that comes back from the neighbourhood takes the place of what this node was given.
    const newer = this.#pulled(address)
    if (newer) return newer
    const bytes = this.#network.store.get(bodyKey(address, version))
    return bytes && { address, bytes, version: Buffer.from(version) }
  }

  #pulled(address: Buffer): SwarmChunk | undefined {
    const kept = this.#network.reserve.kept(address)
    if (!kept) return undefined
    // A poor node has no part in its peers' neighbourhoods: what they pushed it must fetch.
    const here =
      kept.by === this.#node
        ? this.#network.clock.now() >= kept.since + this.#pullSyncMs
        : this.#allowance.settings === undefined
    return here ? this.#network.reserve.chunk(address, kept) : undefined
  }

  #fromOthers(address: Buffer): SwarmChunk | undefined {
    for (const peer of this.#network.others(this.#self())) {
      const chunk = peer.cached(address)
      if (chunk) return chunk
    }
    return undefined
  }

  #cached(address: Buffer): SwarmChunk | undefined {
    const name = address.toString('latin1')
    const kept = this.#cache.get(name)
    if (!kept?.stamps.some(({ batch }) => this.#network.chain.batch(batch))) return undefined
    return this.#network.reserve.chunk(address, kept)
  }

  #remember(address: Buffer): void {
    const kept = this.#network.reserve.kept(address)
    if (!kept || kept.by === this.#node) return
    const name = address.toString('latin1')
    if (this.#cache.has(name)) return
    if (this.#cache.size >= CACHED_AT_MOST) this.#cache.delete(this.#cache.keys().next().value!)
    this.#cache.set(name, kept)
  }

  #skips(address: Buffer): boolean {
    return (this.#skipUntil.get(address.toString('latin1')) ?? 0) > this.#network.clock.now()
  }

  #skip(address: Buffer): void {
    const now = this.#network.clock.now()
    if (this.#skipUntil.size >= SKIPPED_AT_MOST) this.#forgetSkipped(now)
    this.#skipUntil.set(address.toString('latin1'), now + (this.#allowance.settings?.blindMs ?? SKIP_MS))
  }

  #forgetSkipped(now: number): void {
    for (const [name, until] of this.#skipUntil) if (until <= now) this.#skipUntil.delete(name)
  }
}
