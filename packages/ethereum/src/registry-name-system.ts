import {
  type Address,
  type BlockRef,
  type BlockTag,
  type CallOptions,
  type HeadStatement,
  InvalidArgumentError,
  type LogKey,
  type NameSystem,
  type Publication,
  ReadOnlyError,
  type Reference,
  RefusedError,
  throwIfAborted,
  ZERO_REFERENCE,
} from '@remote-log/core'
import type { Signer } from 'ethers'
import { parseBlock } from './block.ts'
import { Connection } from './connection.ts'
import { headsAt } from './heads.ts'
import type { RegistryOptions } from './options.ts'
import { Queue } from './queue.ts'
import { conflict, notAWriter } from './refusal.ts'
import { registryInterface, toBytes32 } from './registry-abi.ts'
import { transact } from './transaction.ts'
import { mayWrite } from './writers.ts'

/** The {@link NameSystem} over the registry contract. The signer may be the owner of a log or a writer of theirs. */
export class RegistryNameSystem implements NameSystem {
  readonly registry: Address
  readonly #connection: Connection
  /** Publications of one signer go one after the other: two at once would take each other's nonce. */
  readonly #publications = new Queue()

  /** @throws INVALID_ARGUMENT (RPC URL) */
  constructor(options: RegistryOptions) {
    this.registry = options.registry
    this.#connection = new Connection(options)
  }

  async chainId(options: CallOptions = {}): Promise<number> {
    throwIfAborted(options.signal, 'chainId')
    return this.#connection.chainId(options)
  }

  async head(
    log: LogKey,
    options: CallOptions & { readonly at?: BlockTag | undefined } = {},
  ): Promise<HeadStatement> {
    const [statement] = await this.heads([log], options)
    return statement!
  }

  async heads(
    logs: readonly LogKey[],
    options: CallOptions & { readonly at?: BlockTag | undefined } = {},
  ): Promise<readonly HeadStatement[]> {
    throwIfAborted(options.signal, 'heads')
    if (logs.length === 0) return []
    return headsAt(this.#connection, logs, options.at ?? 'latest', options)
  }

  async block(number: number, options: CallOptions = {}): Promise<BlockRef | undefined> {
    throwIfAborted(options.signal, 'block')
    const [, answer] = await Promise.all([
      this.#connection.chainId(options),
      this.#connection.rpc.ask('eth_getBlockByNumber', [`0x${number.toString(16)}`, false], options),
    ])
    return parseBlock(answer)
  }

  async publish(
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options: CallOptions = {},
  ): Promise<Publication> {
    throwIfAborted(options.signal, 'publish')
    if (next === ZERO_REFERENCE)
      throw new InvalidArgumentError('the zero reference stands for "no head"', { next })
    const signer = await this.#signerFor(log, options)
    return this.#publications.run('publish', options.signal, () =>
      this.#publish(signer, log, expected, next, options),
    )
  }

  async #publish(
    signer: Signer,
    log: LogKey,
    expected: Reference | undefined,
    next: Reference,
    options: CallOptions,
  ): Promise<Publication> {
    const checkExpected = async () => {
      const { head } = await this.head(log, options)
      if (head !== expected) throw conflict(expected ?? ZERO_REFERENCE, head ?? ZERO_REFERENCE)
    }
    await checkExpected()
    if (next === expected) {
      throw new RefusedError('the head would move to where it stands', { reason: 'UnchangedHead', next })
    }
    const data = await this.#callOf(signer, log, expected, next)
    const call = { to: this.registry, data }
    const mined = await transact(this.#connection, signer, call, options, checkExpected)
    const { transaction, block, gasUsed, succeeded } = mined
    if (succeeded) return { head: next, block, transaction, gasUsed }
    await checkExpected()
    throw new RefusedError('the transaction reverted', {
      reason: 'reverted',
      transaction,
      block: block.number,
    })
  }

  /** The signer, who owns the log or is a live writer of it. */
  async #signerFor(log: LogKey, options: CallOptions): Promise<Signer> {
    const { signer } = this.#connection
    if (signer === undefined)
      throw new ReadOnlyError('there is no signer: this only reads', { owner: log.owner })
    const address = await addressOf(signer)
    if (address === log.owner) return signer
    if (!(await mayWrite(this.#connection, log, address, options))) throw notAWriter(log, address, 0n)
    return signer
  }

  /** The owner's own call, or a writer's. */
  async #callOf(
    signer: Signer,
    { owner, topic }: LogKey,
    expected: Reference | undefined,
    next: Reference,
  ): Promise<string> {
    const move = [topic, toBytes32(expected), toBytes32(next)] as const
    return (await addressOf(signer)) === owner
      ? registryInterface.encodeFunctionData('publish', [...move])
      : registryInterface.encodeFunctionData('publishFor', [owner, ...move])
  }
}

async function addressOf(signer: Signer): Promise<string> {
  return (await signer.getAddress()).toLowerCase()
}
