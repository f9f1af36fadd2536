import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { bytesToHex } from '../hex.ts'
import type { LogHash } from '../log-id.ts'
import type { BlockRef, BlockTag } from '../name-system.ts'
import type { Reference } from '../reference.ts'

interface Block extends BlockRef {
  readonly heads: ReadonlyMap<LogHash, Reference>
}

export interface MemoryChainOptions {
  /** EIP-155 chain id. Default 1337. */
  readonly chainId?: number
  /** How far `safe` lags behind the newest block, in blocks. Default 0. */
  readonly safeLag?: number
  /** How far `finalized` lags behind the newest block, in blocks. Default 0. */
  readonly finalizedLag?: number
  /** The time, in milliseconds since 1970. Default: the system's clock. */
  readonly clock?: () => number
}

/** A simulated chain that carries the heads of logs: each move makes a block. Shared by the clients of one test. */
export class MemoryChain {
  readonly chainId: number
  readonly #lag: Readonly<Record<BlockTag, number>>
  readonly #clock: () => number
  #blocks: Block[] = []
  #branch = 0

  constructor(options: MemoryChainOptions = {}) {
    this.chainId = options.chainId ?? 1337
    this.#lag = { latest: 0, safe: options.safeLag ?? 0, finalized: options.finalizedLag ?? 0 }
    this.#clock = options.clock ?? Date.now
    this.mine()
  }

  /** The canonical block with this number. */
  block(number: number): BlockRef | undefined {
    const block = this.#blocks[number]
    return block && blockRef(block)
  }

  /** The head of a log and the block that it was read at. */
  headAt(log: LogHash, tag: BlockTag = 'latest'): { head: Reference | undefined; block: BlockRef } {
    const block = this.#blocks[Math.max(0, this.#blocks.length - 1 - this.#lag[tag])]!
    return { head: block.heads.get(log), block: blockRef(block) }
  }

  /** Makes a block that moves the head of `log`, or an empty one. */
  mine(log?: LogHash, head?: Reference): BlockRef {
    const parent = this.#blocks.at(-1)
    const number = this.#blocks.length
    const heads = new Map(parent?.heads)
    if (log && head) heads.set(log, head)
    const timestamp = Math.max(Math.floor(this.#clock() / 1000), parent ? parent.timestamp + 1 : 0)
    const content = [parent?.hash, number, timestamp, this.#branch, log, head].join()
    const hash = `0x${bytesToHex(keccak_256(utf8ToBytes(content)))}`
    const block = { number, hash, timestamp, heads }
    this.#blocks.push(block)
    return blockRef(block)
  }

  /**
   * Drops the newest `blocks` blocks, with the moves in them, and puts as many empty ones in their place, or
   * `replacements` of them.
   */
  reorganise(blocks: number, replacements: number = blocks): void {
    if (!(blocks >= 0 && blocks < this.#blocks.length)) {
      throw new RangeError(`can't reorganise ${blocks} of ${this.#blocks.length} blocks: the first one stays`)
    }
    this.#blocks = this.#blocks.slice(0, this.#blocks.length - blocks)
    this.#branch++
    for (let i = 0; i < replacements; i++) this.mine()
  }
}

function blockRef({ number, hash, timestamp }: Block): BlockRef {
  return { number, hash, timestamp }
}
