import type { Address } from '@remote-log/core'
import type { Signer } from 'ethers'
import type { Eip1193Provider } from './eip1193.ts'

/** Where the registry stands, who signs, and how patient to be. */
export interface RegistryOptions {
  /** The node: an http(s) URL that speaks JSON-RPC, or a provider as wallets give it (EIP-1193). */
  readonly provider: string | Eip1193Provider
  /** Address of the registry contract. */
  readonly registry: Address
  /** EIP-155 id of the chain that the registry stands on; a node of another chain is WRONG_CHAIN. */
  readonly chainId: number
  /** Signs transactions. Absent: only reading. */
  readonly signer?: Signer | undefined
  /** Blocks that a transaction must be deep, its own included, before it counts. Default 1: in a block. */
  readonly confirmations?: number | undefined
  /** Milliseconds that one request may take. Default 10,000. */
  readonly requestTimeoutMs?: number | undefined
  /** Milliseconds that a sent transaction may take until it counts. Default 180,000. */
  readonly receiptTimeoutMs?: number | undefined
  /** Milliseconds between two looks for a receipt, at most. Default 2,000. */
  readonly pollMs?: number | undefined
}
