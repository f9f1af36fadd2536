import { type CallOptions, UnavailableError } from '@remote-log/core'
import { isHexString, type TransactionLike } from 'ethers'
import { DEFAULT_PRIORITY_FEE } from './limits.ts'
import type { Rpc } from './rpc.ts'

/**
 * What to offer for gas, in wei a unit: by EIP-1559 twice the base fee of now (six full blocks of rises) and the tip that
 * the node advises; where blocks have no base fee, the node's gas price.
 * @throws UNAVAILABLE, ABORTED
 */
export async function feesOf(rpc: Rpc, options: CallOptions): Promise<TransactionLike> {
  const [block, tip] = await Promise.all([
    rpc.ask('eth_getBlockByNumber', ['latest', false], options),
    rpc.askQuantity('eth_maxPriorityFeePerGas', [], options).catch(error => {
      if (error instanceof UnavailableError && error.cause !== undefined) return DEFAULT_PRIORITY_FEE
      throw error
    }),
  ])
  const base = (block as { baseFeePerGas?: unknown } | null)?.baseFeePerGas
  if (!isHexString(base)) return { type: 0, gasPrice: await rpc.askQuantity('eth_gasPrice', [], options) }
  return { type: 2, maxPriorityFeePerGas: tip, maxFeePerGas: 2n * BigInt(base) + tip }
}
