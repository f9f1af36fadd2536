import type { CallOptions } from '../content-store.ts'
import { ConflictError, InvalidArgumentError, ReadOnlyError } from '../errors.ts'
import { type Address, type LogKey, logHash } from '../log-id.ts'
import type { BlockRef, BlockTag, HeadStatement, NameSystem, Publication } from '../name-system.ts'
import { type Reference, ZERO_REFERENCE } from '../reference.ts'
import { type OnCall, reach } from './abortable.ts'
import { MemoryChain } from './memory-chain.ts'

/** The operations that {@link MemoryNameSystemOptions.onCall} precedes. */
export type NameSystemCall = 'chainId' | 'head' | 'heads' | 'publish' | 'block'

export interface MemoryNameSystemOptions {
  /** Whose logs this client may move; absent: it only reads. */
  readonly owner?: Address
  /** The chain, where several clients share one. Default: a new one. */
  readonly chain?: MemoryChain
  readonly onCall?: OnCall<NameSystemCall>
}

/** The reference implementation of {@link NameSystem}, on a simulated chain in memory: each publication makes a block. */
export class MemoryNameSystem implements NameSystem {
  readonly chain: MemoryChain
  readonly #owner: Address | undefined
  readonly #onCall: OnCall<NameSystemCall> | undefined

  constructor(options: MemoryNameSystemOptions = {}) {
    this.chain = options.chain ?? new MemoryChain()
    this.#owner = options.owner
    this.#onCall = options.onCall
  }

  async chainId({ signal }: CallOptions = {}): Promise<number> {
    await reach(this.#onCall, 'chainId', signal)
    return this.chain.chainId
  }

  async head(
    log: LogKey,
    { signal, at }: CallOptions & { readonly at?: BlockTag | undefined } = {},
  ): Promise<HeadStatement> {
    await reach(this.#onCall, 'head', signal)
    return this.chain.headAt(logHash(log), at)
  }

  async heads(
    logs: readonly LogKey[],
    { signal, at }: CallOptions & { readonly at?: BlockTag | undefined } = {},
  ): Promise<readonly HeadStatement[]> {
    await reach(this.#onCall, 'heads', signal)
    return logs.map(log => this.chain.headAt(logHash(log), at))
  }

  async publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    { signal }: CallOptions = {},
  ): Promise<Publication> {
    if (next === ZERO_REFERENCE)
      throw new InvalidArgumentError('the zero reference stands for "no head"', { next })
    if (this.#owner !== log.owner) {
      throw new ReadOnlyError(`the log of ${log.owner} can't be moved by ${this.#owner ?? 'a reader'}`, {
        owner: log.owner,
      })
    }
    await reach(this.#onCall, 'publish', signal)
    const hash = logHash(log)
    const { head } = this.chain.headAt(hash)
    if (head !== expected) {
      throw new ConflictError('the head that stands is not the expected one', {
        expected: expected ?? ZERO_REFERENCE,
        current: head ?? ZERO_REFERENCE,
      })
    }
    return { head: next, block: this.chain.mine(hash, next) }
  }

  async block(number: number, { signal }: CallOptions = {}): Promise<BlockRef | undefined> {
    await reach(this.#onCall, 'block', signal)
    return this.chain.block(number)
  }
}
