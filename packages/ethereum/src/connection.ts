import {
  type BlockRef,
  type BlockTag,
  type CallOptions,
  NoContractError,
  UnavailableError,
  WrongChainError,
} from '@remote-log/core'
import { dataLength, type Signer } from 'ethers'
import { parseBlock } from './block.ts'
import { DOMAIN_NAME } from './domain.ts'
import { httpProvider } from './http-provider.ts'
import { POLL_MS, RECEIPT_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from './limits.ts'
import type { RegistryOptions } from './options.ts'
import { registryInterface } from './registry-abi.ts'
import { Rpc } from './rpc.ts'
import { failureOf } from './rpc-error.ts'

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
    const [, answer] = await Promise.all([
      this.chainId(options),
      this.rpc.ask('eth_getBlockByNumber', [tag, false], options),
    ])
    const block = parseBlock(answer)
    if (block === undefined) throw new UnavailableError(`the node has no ${tag} block`, { tag })
    return block
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
      this.#call(block, from === undefined ? { data } : { data, from }, options),
    ])
    if (checked.status === 'rejected') throw checked.reason
    if (called.status === 'rejected') throw called.reason
    if (called.value !== '0x') return called.value
    // It stood there before: a reorganisation took it away, or the node answers nonsense.
    this.#isRegistry = false
    await this.#checkRegistry(block, options)
    throw new UnavailableError('the node answered nothing for the registry', { block: block.number })
  }

  #call(block: BlockRef, call: { data: string; from?: string }, options: CallOptions): Promise<string> {
    return this.rpc.askBytes('eth_call', [{ to: this.registry, ...call }, { blockHash: block.hash }], options)
  }

  /** A registry says of itself (EIP-5267) that it is one, on this chain, at this address. */
  async #checkRegistry(block: BlockRef, options: CallOptions): Promise<void> {
    if (this.#isRegistry) return
    const question = registryInterface.encodeFunctionData('eip712Domain')
    const answer = await this.#call(block, { data: question }, options).catch(error => {
      if (failureOf(error).kind === 'reverted') return '0x'
      throw error
    })
    if (!this.#isOwnDomain(answer)) {
      const code = await this.rpc.askBytes('eth_getCode', [this.registry, { blockHash: block.hash }], options)
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
