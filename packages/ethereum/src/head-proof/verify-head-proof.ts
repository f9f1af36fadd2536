import {
  type Address,
  CorruptError,
  type ErrorDetails,
  type LogKey,
  NoContractError,
  type Reference,
} from '@remote-log/core'
import { decodeRlp, toBeHex } from 'ethers'
import { headOfBytes32 } from '../registry-abi.ts'
import { type AccountProof, parseAccountProof } from './account-proof.ts'
import { headSlot } from './head-slot.ts'
import { provenValue } from './trie.ts'

/** Hash of no code: keccak256(""). The code of accounts that are no contracts (EIP-1052). */
export const EMPTY_CODE_HASH = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'

/** A state that the caller trusts, and the registry in it. */
export interface HeadProofQuestion {
  readonly registry: Address
  readonly log: LogKey
  /** Root of the chain's state trie, 32 bytes of `0x` hex. */
  readonly stateRoot: string
}

/**
 * Checks an answer to `eth_getProof` (EIP-1186) for the registry and the log's slot ({@link headSlot}) against a state
 * root; nothing else in it is believed. Asks nobody. `undefined` is a proven statement too: no head in that state.
 * @throws CORRUPT (`details.part`: account proof, storage proof, or the field whose claim the proof refutes),
 * NO_CONTRACT (proven: no code at the address in that state), UNAVAILABLE (the answer is no proof)
 */
export async function verifyHeadProof(
  { registry, log, stateRoot }: HeadProofQuestion,
  answer: unknown,
): Promise<Reference | undefined> {
  const claimed = parseAccountProof(answer)
  const root = stateRoot.toLowerCase()
  const slot = headSlot(log)
  refuteUnless(claimed.address === registry, 'address', { want: registry, got: claimed.address })
  refuteUnless(claimed.storageProof.key === BigInt(slot), 'key', { want: slot })
  const storageRoot = await provenStorageRoot(registry, root, claimed)
  const { value, proof } = claimed.storageProof
  const proven = await provenValue({ root: storageRoot, key: slot, what: 'storage' }, proof)
  const stored = proven === undefined ? 0n : BigInt(textOf(proven))
  refuteUnless(stored === value, 'value', { proven: toBeHex(stored, 32), claimed: toBeHex(value, 32) })
  return headOfBytes32(toBeHex(stored, 32))
}

async function provenStorageRoot(
  registry: Address,
  stateRoot: string,
  claimed: AccountProof,
): Promise<string> {
  const proven = await provenValue({ root: stateRoot, key: registry, what: 'account' }, claimed.accountProof)
  if (proven === undefined) throw noContract(registry, stateRoot)
  const [nonce, balance, storageHash, codeHash] = accountOf(proven)
  refuteUnless(claimed.nonce === nonce, 'nonce', { proven: nonce, claimed: claimed.nonce })
  refuteUnless(claimed.balance === balance, 'balance', { proven: balance, claimed: claimed.balance })
  refuteUnless(claimed.storageHash === storageHash, 'storageHash', {
    proven: storageHash,
    claimed: claimed.storageHash,
  })
  refuteUnless(claimed.codeHash === codeHash, 'codeHash', { proven: codeHash, claimed: claimed.codeHash })
  if (codeHash === EMPTY_CODE_HASH) throw noContract(registry, stateRoot)
  return storageHash
}

/** An account in the state trie: nonce, balance, storage root, code hash (Yellow Paper, section 4.1). */
function accountOf(rlp: string): [bigint, bigint, string, string] {
  const fields = decodeRlp(rlp)
  if (!Array.isArray(fields) || fields.length !== 4 || fields.some(field => typeof field !== 'string')) {
    throw new CorruptError('what the state trie holds is no account', { part: 'account proof' })
  }
  const [nonce, balance, storageHash, codeHash] = fields as [string, string, string, string]
  return [numberOf(nonce), numberOf(balance), storageHash, codeHash]
}

/** A word in a storage trie: its bytes without leading zeros, in RLP. */
function textOf(rlp: string): string {
  const word = decodeRlp(rlp)
  if (typeof word !== 'string' || word.length > 66) {
    throw new CorruptError('what the storage trie holds is no word', { part: 'storage proof' })
  }
  return word === '0x' ? '0x0' : word
}

function numberOf(bytes: string): bigint {
  return bytes === '0x' ? 0n : BigInt(bytes)
}

function refuteUnless(holds: boolean, part: string, details: ErrorDetails): void {
  if (!holds)
    throw new CorruptError(`the node's ${part} is not what its proof is about`, { part, ...details })
}

function noContract(registry: Address, stateRoot: string): NoContractError {
  return new NoContractError(`at ${registry} stands no contract in that state: proven`, {
    registry,
    stateRoot,
  })
}
