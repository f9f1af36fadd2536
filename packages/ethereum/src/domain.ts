import type { LogId } from '@remote-log/core'
import type { TypedDataDomain, TypedDataField } from 'ethers'

/** Name of the registry's EIP-712 domain; its constructor sets it. */
export const DOMAIN_NAME = 'RemoteLogRegistry'
/** Version of the domain: of the meaning of what is signed. */
export const DOMAIN_VERSION = '1'

/** What a signed head says (EIP-712), in this order. */
export const SIGNED_HEAD_TYPES: Record<string, TypedDataField[]> = {
  SignedHead: [
    { name: 'owner', type: 'address' },
    { name: 'topic', type: 'bytes32' },
    { name: 'expected', type: 'bytes32' },
    { name: 'next', type: 'bytes32' },
    { name: 'deadline', type: 'uint64' },
  ],
}

/** Where a signed head is good: on one chain, for one registry. */
export function domainOf({ chainId, registry }: Pick<LogId, 'chainId' | 'registry'>): TypedDataDomain {
  return { name: DOMAIN_NAME, version: DOMAIN_VERSION, chainId, verifyingContract: registry }
}
