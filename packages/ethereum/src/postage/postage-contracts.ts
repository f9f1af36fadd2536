import { type Address, type CallOptions, parseAddress } from '@remote-log/core'
import type { Eip1193Provider } from '../eip1193.ts'
import { httpProvider } from '../http-provider.ts'
import { REQUEST_TIMEOUT_MS } from '../limits.ts'
import { Rpc } from '../rpc.ts'

/**
 * Swarm's own PostageStamp, by EIP-155 chain id: Gnosis as docs.ethswarm.org lists it ("Smart contracts"), Sepolia as
 * ethersphere/go-storage-incentives-abi has it (`abi/abi_testnet.go`).
 */
export const POSTAGE_CONTRACTS: Readonly<Record<number, { readonly address: Address }>> = {
  100: { address: parseAddress('0x45a1502382541Cd610CC9068e88727426b696293') },
  11155111: { address: parseAddress('0xcdfdC3752caaA826fE62531E0000C40546eC56A6') },
}

/** The chain that a provider serves. @throws UNAVAILABLE, ABORTED */
export async function chainIdOf(
  provider: string | Eip1193Provider,
  options: CallOptions = {},
): Promise<number> {
  const rpc = new Rpc(typeof provider === 'string' ? httpProvider(provider) : provider, REQUEST_TIMEOUT_MS)
  return Number(await rpc.askQuantity('eth_chainId', [], options))
}
