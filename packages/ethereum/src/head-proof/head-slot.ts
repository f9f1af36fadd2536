import { type LogKey, logHash } from '@remote-log/core'
import { concat, keccak256, toBeHex } from 'ethers'

/** Slot of the registry's mapping of heads, behind two of OpenZeppelin's EIP712 (docs/registry.md, "Storage"). */
const HEADS_SLOT = 2

/** Where the registry keeps a log's head: a storage slot as 32 bytes of `0x` hex. Solidity's layout of mappings. */
export function headSlot(log: LogKey): string {
  return keccak256(concat([`0x${logHash(log)}`, toBeHex(HEADS_SLOT, 32)]))
}
