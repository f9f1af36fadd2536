import { type BlockRef, CorruptError, UnavailableError } from '@remote-log/core'
import { encodeRlp, hexlify, isHexString, keccak256, toBeArray, toQuantity } from 'ethers'
import { parseBlock } from '../block.ts'

/** A block header that hashes to a block hash that the caller trusts. */
export interface ProvenHeader {
  readonly block: BlockRef
  /** Root of the state trie after the block, 32 bytes of `0x` hex. */
  readonly stateRoot: string
}

type Form = 'bytes' | 'quantity'

/** The fields of a header in the order in which they are hashed, with their names in JSON-RPC (execution-apis). */
const FIELDS: readonly (readonly [string, Form])[] = [
  ['parentHash', 'bytes'],
  ['sha3Uncles', 'bytes'],
  ['miner', 'bytes'],
  ['stateRoot', 'bytes'],
  ['transactionsRoot', 'bytes'],
  ['receiptsRoot', 'bytes'],
  ['logsBloom', 'bytes'],
  ['difficulty', 'quantity'],
  ['number', 'quantity'],
  ['gasLimit', 'quantity'],
  ['gasUsed', 'quantity'],
  ['timestamp', 'quantity'],
  ['extraData', 'bytes'],
  ['mixHash', 'bytes'],
  ['nonce', 'bytes'],
]

/** What forks appended, in order: a block has as many of these as its fork knows. */
const APPENDED: readonly (readonly [string, Form])[] = [
  ['baseFeePerGas', 'quantity'], // London, EIP-1559
  ['withdrawalsRoot', 'bytes'], // Shanghai, EIP-4895
  ['blobGasUsed', 'quantity'], // Cancun, EIP-4844
  ['excessBlobGas', 'quantity'],
  ['parentBeaconBlockRoot', 'bytes'], // Cancun, EIP-4788
  ['requestsHash', 'bytes'], // Prague, EIP-7685
  ['blockAccessListHash', 'bytes'], // Amsterdam, EIP-7928
  ['slotNumber', 'quantity'], // Amsterdam, EIP-7843
]

/**
 * Reads the answer to `eth_getBlockByHash` and proves it: the header's RLP hashes to `hash`. Headers of chains that once
 * had a consensus of their own (Gnosis before its merge) have other fields and can't be proven.
 * @throws UNAVAILABLE (no block, or an answer that is none), CORRUPT (`details.part` is `block header`)
 */
export function provenHeader(answer: unknown, hash: string): ProvenHeader {
  const block = parseBlock(answer)
  if (block === undefined) throw new UnavailableError('the node has no block with this hash', { block: hash })
  const header = answer as Readonly<Record<string, unknown>>
  const fields = [
    ...FIELDS.map(([name, form]) => encoded(header, name, form)),
    ...APPENDED.filter(([name]) => header[name] !== undefined && header[name] !== null).map(([name, form]) =>
      encoded(header, name, form),
    ),
  ]
  const got = keccak256(encodeRlp(fields))
  if (got !== hash || block.hash !== hash) {
    throw new CorruptError('the block header does not hash to the block hash', {
      part: 'block header',
      block: hash,
      got,
    })
  }
  return { block, stateRoot: String(header.stateRoot).toLowerCase() }
}

/** The fields of a header that are hashed, and its hash, each in the one form that JSON-RPC allows. @throws UNAVAILABLE */
export function plainHeader(answer: unknown): Readonly<Record<string, string>> {
  const header = (answer ?? {}) as Readonly<Record<string, unknown>>
  const fields = [
    ...FIELDS,
    ...APPENDED.filter(([name]) => header[name] !== undefined && header[name] !== null),
  ]
  const plain = fields.map(([name, form]) => {
    const value = hexlify(encoded(header, name, form))
    return [name, form === 'bytes' ? value : toQuantity(value === '0x' ? 0 : value)] as const
  })
  return { hash: hexlify(encoded(header, 'hash', 'bytes')), ...Object.fromEntries(plain) }
}

function encoded(header: Readonly<Record<string, unknown>>, name: string, form: Form): Uint8Array | string {
  const value = header[name]
  const proper =
    form === 'bytes' ? isHexString(value, true) : typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value)
  if (!proper) {
    throw new UnavailableError(`the node answered with a block that has no proper ${name}`, { field: name })
  }
  return form === 'bytes' ? String(value) : toBeArray(BigInt(String(value)))
}
