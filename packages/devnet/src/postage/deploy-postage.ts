import { setTimeout as pause } from 'node:timers/promises'
import { type Address, parseAddress } from '@remote-log/core'
import { MINIMUM_VALIDITY_BLOCKS, PRICE } from '../bee/postage-chain.ts'
import { BUCKET_DEPTH } from '../bee/stamp.ts'
import { callChain } from '../chain/call-chain.ts'
import { BZZ_CODE, POSTAGE_CODE } from '../generated/postage-contracts.ts'

/**
 * Deploys a BZZ of its own, of which each account gets 1,000, and the contract that sells postage for it, at the price
 * of the Bee node. @throws UNAVAILABLE
 */
export async function deployPostage(
  rpcUrl: string,
  from: Address,
  accounts: readonly Address[],
): Promise<Address> {
  // An array: the offset of its place, its length, its items (Solidity's ABI).
  const token = await create(rpcUrl, from, BZZ_CODE, [32n, BigInt(accounts.length), ...accounts.map(BigInt)])
  const rules = [BigInt(BUCKET_DEPTH), BigInt(MINIMUM_VALIDITY_BLOCKS), PRICE]
  return create(rpcUrl, from, POSTAGE_CODE, [BigInt(token), ...rules])
}

async function create(
  rpcUrl: string,
  from: Address,
  code: string,
  words: readonly bigint[],
): Promise<Address> {
  const data = code + words.map(word => word.toString(16).padStart(64, '0')).join('')
  const hash = await callChain(rpcUrl, 'eth_sendTransaction', [{ from, data, gas: '0x5b8d80' }])
  for (;;) {
    const receipt = (await callChain(rpcUrl, 'eth_getTransactionReceipt', [hash])) as {
      contractAddress: string
    } | null
    if (receipt) return parseAddress(receipt.contractAddress)
    await pause(10)
  }
}
