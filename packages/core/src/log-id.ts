import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { InvalidArgumentError } from './errors.ts'
import { bytesToHex, parseHex } from './hex.ts'

declare const brand: unique symbol

/** An Ethereum address: `0x` and 40 lower-case hex digits. Checksums (EIP-55) are checked on input, not kept. */
export type Address = string & { readonly [brand]: 'Address' }

/** What a log is about: 32 bytes as `0x` and 64 lower-case hex digits. */
export type Topic = string & { readonly [brand]: 'Topic' }

/** keccak256(abi.encode(owner, topic)) as 64 lower-case hex digits: how pages name their log. */
export type LogHash = string & { readonly [brand]: 'LogHash' }

/** Which log: the registry on a chain, whose log it is, and about what. */
export interface LogId {
  /** EIP-155 chain id. */
  readonly chainId: number
  /** Address of the registry contract. */
  readonly registry: Address
  readonly owner: Address
  readonly topic: Topic
}

/** The part of a log id that its owner chooses; the registry is implied by the name system that is asked. */
export type LogKey = Pick<LogId, 'owner' | 'topic'>

/** Parses an address; one of mixed case must satisfy its EIP-55 checksum. @throws {@link InvalidArgumentError} */
export function parseAddress(text: string): Address {
  const lower = bytesToHex(parseHex(text, 20, 'an address'))
  const digits = text.replace(/^0x/i, '')
  if (/[a-f]/.test(digits) && /[A-F]/.test(digits) && checksum(lower) !== digits) {
    throw new InvalidArgumentError(`the checksum (EIP-55) of address ${text} does not match: mistyped?`, {
      value: text,
    })
  }
  return `0x${lower}` as Address
}

/** EIP-55: a digit is upper case where the same nibble of keccak256(lower-case digits) is 8 or more. */
function checksum(lower: string): string {
  const hash = bytesToHex(keccak_256(utf8ToBytes(lower)))
  return [...lower]
    .map((digit, i) => (Number.parseInt(hash[i]!, 16) >= 8 ? digit.toUpperCase() : digit))
    .join('')
}

/** Parses a topic given as 32 bytes of hex. @throws {@link InvalidArgumentError} */
export function parseTopic(text: string): Topic {
  return `0x${bytesToHex(parseHex(text, 32, 'a topic'))}` as Topic
}

/** The topic of a name: keccak256 of its UTF-8, as Swarm's feeds do it. */
export function topicOf(name: string): Topic {
  return `0x${bytesToHex(keccak_256(utf8ToBytes(name)))}` as Topic
}

/** keccak256(abi.encode(owner, topic)): the log's name inside its pages. */
export function logHash({ owner, topic }: LogKey): LogHash {
  const encoded = concatBytes(
    new Uint8Array(12),
    parseHex(owner, 20, 'an owner'),
    parseHex(topic, 32, 'a topic'),
  )
  return bytesToHex(keccak_256(encoded)) as LogHash
}

/** Writes `remotelog:<chainId>/<registry>/<owner>/<topic>`. */
export function formatLogId({ chainId, registry, owner, topic }: LogId): string {
  return `remotelog:${chainId}/${registry}/${owner}/${topic}`
}

/** Reads what {@link formatLogId} writes. @throws {@link InvalidArgumentError} */
export function parseLogId(text: string): LogId {
  const match = /^remotelog:([1-9][0-9]{0,15})\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(text)
  const chainId = Number(match?.[1])
  if (!match || !Number.isSafeInteger(chainId)) {
    throw new InvalidArgumentError(
      `a log id looks like remotelog:<chainId>/<registry>/<owner>/<topic>, not ${JSON.stringify(text)}`,
      { value: text },
    )
  }
  return {
    chainId,
    registry: parseAddress(match[2]!),
    owner: parseAddress(match[3]!),
    topic: parseTopic(match[4]!),
  }
}
