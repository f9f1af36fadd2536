import { type Reference, referenceFromBytes, ZERO_REFERENCE } from '@remote-log/core'
import { getBytes, type InterfaceAbi, ZeroHash } from 'ethers'
import { RemoteLogRegistry__factory } from './generated/RemoteLogRegistry__factory.ts'

/** The registry's ABI, as the compiler states it. */
export const registryAbi: InterfaceAbi = RemoteLogRegistry__factory.abi

/** Encodes calls of the registry and decodes its answers, events and errors. */
export const registryInterface = RemoteLogRegistry__factory.createInterface()

/** Why the registry refuses an item of a batch; the position is the number in `Refusal` of IRemoteLogHeads. */
export const REFUSALS = [
  'none',
  'zero-head',
  'unchanged-head',
  'expired',
  'deadline-too-far',
  'stale-head',
  'bad-signature',
  'not-a-writer',
] as const

export type Refusal = (typeof REFUSALS)[number]

/** A head as the contract keeps it: 32 bytes, zeros where none stands. */
export function toBytes32(head: Reference | undefined): string {
  return head === undefined ? ZeroHash : `0x${head}`
}

/** The head that 32 bytes of the contract stand for. */
export function headOfBytes32(bytes: string): Reference | undefined {
  const head = referenceFromBytes(getBytes(bytes))
  return head === ZERO_REFERENCE ? undefined : head
}
