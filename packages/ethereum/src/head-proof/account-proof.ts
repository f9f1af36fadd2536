import { UnavailableError } from '@remote-log/core'
import { isHexString, toQuantity } from 'ethers'

/** What `eth_getProof` answers for an account and one of its slots (EIP-1186). Claims, until they are proven. */
export interface AccountProof {
  readonly address: string
  readonly balance: bigint
  readonly codeHash: string
  readonly nonce: bigint
  readonly storageHash: string
  /** Nodes of the state trie, from the root down, `0x` hex. */
  readonly accountProof: readonly string[]
  readonly storageProof: {
    readonly key: bigint
    readonly value: bigint
    /** Nodes of the account's storage trie, from the root down, `0x` hex. */
    readonly proof: readonly string[]
  }
}

/** Reads an answer to `eth_getProof` about one slot. @throws UNAVAILABLE (it is no such answer) */
export function parseAccountProof(answer: unknown): AccountProof {
  const account = record(answer, 'account')
  const slots = list(account.storageProof, 'storageProof')
  if (slots.length !== 1) throw notAProof('storageProof')
  const slot = record(slots[0], 'storageProof')
  return {
    address: bytes(account.address, 'address', 20),
    balance: quantity(account.balance, 'balance'),
    codeHash: bytes(account.codeHash, 'codeHash', 32),
    nonce: quantity(account.nonce, 'nonce'),
    storageHash: bytes(account.storageHash, 'storageHash', 32),
    accountProof: list(account.accountProof, 'accountProof').map(node => bytes(node, 'accountProof')),
    storageProof: {
      // Data or quantity: nodes don't agree.
      key: quantity(slot.key, 'key'),
      value: quantity(slot.value, 'value'),
      proof: list(slot.proof, 'proof').map(node => bytes(node, 'proof')),
    },
  }
}

/** An account proof as `eth_getProof` answers it, in the one form that JSON-RPC allows. */
export function plainAccountProof(proof: AccountProof): object {
  const { address, balance, codeHash, nonce, storageHash, accountProof, storageProof } = proof
  const slot = { ...storageProof, key: toQuantity(storageProof.key), value: toQuantity(storageProof.value) }
  return {
    ...{ address, balance: toQuantity(balance), codeHash, nonce: toQuantity(nonce), storageHash },
    ...{ accountProof, storageProof: [slot] },
  }
}

function record(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw notAProof(field)
  return value as Readonly<Record<string, unknown>>
}

function list(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw notAProof(field)
  return value
}

function bytes(value: unknown, field: string, length: number | true = true): string {
  if (!isHexString(value, length)) throw notAProof(field)
  return value.toLowerCase()
}

function quantity(value: unknown, field: string): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value)) throw notAProof(field)
  return BigInt(value)
}

function notAProof(field: string): UnavailableError {
  return new UnavailableError(`the node's answer to eth_getProof has no proper ${field}`, {
    method: 'eth_getProof',
    field,
  })
}
