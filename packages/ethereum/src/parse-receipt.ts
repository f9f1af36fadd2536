import { UnavailableError } from '@remote-log/core'
import { isHexString } from 'ethers'
import type { Mined } from './mined.ts'

/** A receipt as far as it is looked at. */
export interface Receipt {
  /** 32 bytes, `0x` and 64 lower-case hex digits. */
  readonly blockHash: string
  readonly blockNumber: bigint
  /** Gas units. */
  readonly gasUsed: bigint
  readonly succeeded: boolean
  /** Lower case. */
  readonly contractAddress: string | undefined
  readonly logs: Mined['logs']
}

/** A receipt as `eth_getTransactionReceipt` answers it; `undefined` where it answers null: none yet. @throws UNAVAILABLE */
export function parseReceipt(answer: unknown): Receipt | undefined {
  if (answer === null || answer === undefined) return undefined
  const { blockHash, blockNumber, gasUsed, status, contractAddress, logs } = answer as Record<string, unknown>
  if (!isHexString(blockHash, 32)) throw notA('blockHash')
  if (!isHexString(blockNumber)) throw notA('blockNumber')
  if (!isHexString(gasUsed)) throw notA('gasUsed')
  // Byzantium's status (EIP-658): absent only in blocks from before 2017.
  if (!isHexString(status)) throw notA('status')
  if (!Array.isArray(logs) || !logs.every(isLog)) throw notA('logs')
  return {
    blockHash: blockHash.toLowerCase(),
    blockNumber: BigInt(blockNumber),
    gasUsed: BigInt(gasUsed),
    succeeded: BigInt(status) === 1n,
    contractAddress: isHexString(contractAddress, 20) ? contractAddress.toLowerCase() : undefined,
    logs,
  }
}

function isLog(value: unknown): value is Mined['logs'][number] {
  const { address, topics, data } = (value ?? {}) as Record<string, unknown>
  return (
    isHexString(address, 20) &&
    isHexString(data) &&
    Array.isArray(topics) &&
    topics.every(topic => isHexString(topic, 32))
  )
}

function notA(field: string): UnavailableError {
  return new UnavailableError(`the node answered with a receipt that has no proper ${field}`, { field })
}
