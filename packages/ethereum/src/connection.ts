import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  NoContractError,
  UnavailableError,
  WrongChainError,
} from '@remote-log/core'
import { dataLength, type Signer } from 'ethers'
import { parentHashOf, parseBlock } from './block.ts'
import { DOMAIN_NAME } from './domain.ts'
import { httpProvider } from './http-provider.ts'
import { POLL_MS, RECEIPT_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './limits.ts'
import type { RegistryOptions } from './options.ts'
import { registryInterface } from './registry-abi.ts'
import { Rpc } from './rpc.ts'
import { failureOf } from './rpc-error.ts'

const DOMAIN_QUESTION = registryInterface.encodeFunctionData('eip712Domain')

/** What one round of requests tells. */
export interface Glance {
  readonly block: BlockRef
  /** Hash of the block before `block`, as its answer states it. */
  readonly parentHash: string | undefined
  /** The registry's answers, in the order asked, maybe at another block than `block`; undefined where there is none. */
  readonly answers: readonly (string | undefined)[]
}

/** A registry on a chain, reached through one node, with the checks that it is the chain and the registry meant. */
export class Connection {
  readonly rpc: Rpc
  readonly registry: RegistryOptions['registry']
  readonly signer: Signer | undefined
  readonly confirmations: number
  readonly receiptTimeoutMs: number
  readonly pollMs: number
  readonly #chainId: number
  #isRegistry = false

  constructor(options: RegistryOptions) {
    const { provider, confirmations = 1 } = options
    if (!Number.isSafeInteger(confirmations) || confirmations < 1) {
      throw new RangeError(`confirmations is a number of blocks from 1, not ${confirmations}`)
    }
    this.rpc = new Rpc(
      typeof provider === 'string' ? httpProvider(provider) : provider,
      options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    )
    this.registry = options.registry
    this.signer = options.signer
    this.confirmations = confirmations
    this.receiptTimeoutMs = options.receiptTimeoutMs ?? RECEIPT_TIMEOUT_MS
    this.pollMs = options.pollMs ?? POLL_MS
    this.#chainId = options.chainId
  }

  /** The chain's id, which is the one meant. @throws WRONG_CHAIN, UNAVAILABLE, ABORTED */
  async chainId(options: CallOptions = {}): Promise<number> {
    const got = await this.rpc.askQuantity('eth_chainId', [], options)
    if (got !== BigInt(this.#chainId)) {
      throw new WrongChainError(`the node is on chain ${got}, not on ${this.#chainId}`, {
        expected: this.#chainId,
        got,
      })
    }
    return this.#chainId
  }

  /** The block with this tag, of the chain meant. @throws WRONG_CHAIN, UNAVAILABLE, ABORTED */
  async blockAt(tag: BlockTag, options: CallOptions = {}): Promise<BlockRef> {
    return (await this.#named(tag, options)).block
  }

  async #named(tag: BlockTag, options: CallOptions): Promise<Omit<Glance, 'answers'>> {
    const [, answer] = await Promise.all([
      this.chainId(options),
      this.rpc.ask('eth_getBlockByNumber', [tag, false], options),
    ])
    const block = parseBlock(answer)
    if (block === undefined) throw new UnavailableError(`the node has no ${tag} block`, { tag })
    return { block, parentHash: parentHashOf(answer) }
  }

  /**
   * Asks for the block with this tag and calls the registry at the same tag, all at once; the first time, also whether
   * it is a registry. Nothing makes the node take the same block for each: the answers must say at which they are, and
   * where one does not fit, `callAt` is the way.
   * @throws WRONG_CHAIN, UNAVAILABLE, ABORTED
   */
  async glance(tag: BlockTag, questions: readonly string[], options: CallOptions = {}): Promise<Glance> {
    const ask = (data: string) =>
      this.#call(tag, { data }, options).catch(error => {
        // Both may be for the time between two requests alone: by hash it turns out.
        if (['reverted', 'block'].includes(failureOf(error).kind)) return '0x'
        throw error
      })
    const domain = this.#isRegistry ? undefined : ask(DOMAIN_QUESTION)
    const [named, checked, ...called] = await Promise.allSettled([
      this.#named(tag, options),
      domain,
      ...questions.map(ask),
    ])
    if (named.status === 'rejected') throw named.reason
    if (checked.status === 'rejected') throw checked.reason
    this.#isRegistry ||= this.#isOwnDomain(checked.value ?? '0x')
    const answers = called.map(answer => {
      if (answer.status === 'rejected') throw answer.reason
      return this.#isRegistry && answer.value !== '0x' ? answer.value : undefined
    })
    return { ...named.value, answers }
  }

  /**
   * Calls the registry in the state after `block`. By the block's hash (EIP-1898), so that a reorganisation in between
   * can't mix two chains. The first time it also makes sure that a registry is what stands at the address. `from`: who
   * seems to call.
   * @throws NO_CONTRACT, UNAVAILABLE, ABORTED
   */
  async callAt(block: BlockRef, data: string, options: CallOptions = {}, from?: string): Promise<string> {
    const [checked, called] = await Promise.allSettled([
      this.#checkRegistry(block, options),
      this.#call({ blockHash: block.hash }, from === undefined ? { data } : { data, from }, options),
    ])
    if (checked.status === 'rejected') throw checked.reason
    if (called.status === 'rejected') throw called.reason
    if (called.value !== '0x') return called.value
    // It stood there before: a reorganisation took it away, or the node answers nonsense.
    this.#isRegistry = false
    await this.#checkRegistry(block, options)
    throw new UnavailableError('the node answered nothing for the registry', { block: block.number })
  }

  /** @throws NO_CONTRACT, UNAVAILABLE, ABORTED */
  async demandRegistry(block: BlockRef, options: CallOptions = {}): Promise<void> {
    await this.#checkRegistry(block, options)
  }

  #call(
    at: BlockTag | { blockHash: string },
    call: { data: string; from?: string },
    options: CallOptions,
  ): Promise<string> {
    return this.rpc.askBytes('eth_call', [{ to: this.registry, ...call }, at], options)
  }

  /** A registry says of itself (EIP-5267) that it is one, on this chain, at this address. */
  async #checkRegistry(block: BlockRef, options: CallOptions): Promise<void> {
    if (this.#isRegistry) return
    const at = { blockHash: block.hash }
    const answer = await this.#call(at, { data: DOMAIN_QUESTION }, options).catch(error => {
      if (failureOf(error).kind === 'reverted') return '0x'
      throw error
    })
    if (!this.#isOwnDomain(answer)) {
      const code = await this.rpc.askBytes('eth_getCode', [this.registry, at], options)
      const what = code === '0x' ? 'no contract' : 'another contract'
      throw new NoContractError(`at ${this.registry} of chain ${this.#chainId} stands ${what}`, {
        registry: this.registry,
        chainId: this.#chainId,
        block: block.number,
        codeBytes: dataLength(code),
      })
    }
    this.#isRegistry = true
  }

  #isOwnDomain(answer: string): boolean {
    try {
      const [, name, , chainId, contract] = registryInterface.decodeFunctionResult('eip712Domain', answer)
      return (
        name === DOMAIN_NAME &&
        chainId === BigInt(this.#chainId) &&
        String(contract).toLowerCase() === this.registry
      )
    } catch {
      return false
    }
  }
}
