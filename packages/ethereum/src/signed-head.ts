import {
  type Address,
  InvalidArgumentError,
  type LogId,
  parseAddress,
  parseReference,
  parseTopic,
  type Reference,
  type Topic,
} from '@remote-log/core'
import { isHexString } from 'ethers'

/**
 * A head that its owner, or a writer of theirs, signed (EIP-712): whoever has it may submit it, until its deadline and as long as `expected`
 * stands. It is plain data and can travel as JSON, by any channel.
 */
export interface SignedHead {
  readonly chainId: number
  readonly registry: Address
  readonly owner: Address
  readonly topic: Topic
  /** The head that must stand; null where none does yet. */
  readonly expected: Reference | null
  /** The head to set. */
  readonly next: Reference
  /** The last moment at which it works: Unix time in seconds. */
  readonly deadline: number
  /** Who vouches: the owner's key, the owner itself, which is a contract wallet (ERC-1271), or the key of `writer`. */
  readonly by: 'key' | 'wallet' | 'writer'
  /** The account that the owner authorized, where one of those signed. */
  readonly writer?: Address | undefined
  /** `0x` hex. By a key: r and vs of 32 bytes each (EIP-2098). By a wallet: whatever it wants to see. */
  readonly signature: string
}

/** What is signed, before it is. */
export type HeadStatementToSign = Omit<SignedHead, 'by' | 'writer' | 'signature'>

const COMPACT_SIGNATURE_BYTES = 64

/** Reads a signed head from parsed JSON. Says nothing about who signed it. @throws INVALID_ARGUMENT */
export function parseSignedHead(value: unknown): SignedHead {
  const { chainId, registry, owner, topic, expected, next, deadline, by, writer, signature } = fieldsOf(value)
  const head: SignedHead = {
    chainId: integer(chainId, 'chainId'),
    registry: parseAddress(text(registry, 'registry')),
    owner: parseAddress(text(owner, 'owner')),
    topic: parseTopic(text(topic, 'topic')),
    expected: expected === null ? null : parseReference(text(expected, 'expected')),
    next: parseReference(text(next, 'next')),
    deadline: integer(deadline, 'deadline'),
    by: by === 'key' || by === 'wallet' || by === 'writer' ? by : wrong('by'),
    ...(by === 'writer' && { writer: parseAddress(text(writer, 'writer')) }),
    signature: isHexString(signature, true) ? signature.toLowerCase() : wrong('signature'),
  }
  checkSignatureLength(head)
  return head
}

/** A key's signature has one length; another form of the same would be a second signature. @throws INVALID_ARGUMENT */
export function checkSignatureLength({ by, signature }: SignedHead): void {
  const bytes = (signature.length - 2) / 2
  if (by !== 'wallet' && bytes !== COMPACT_SIGNATURE_BYTES) {
    throw new InvalidArgumentError(
      `a key's signature has ${COMPACT_SIGNATURE_BYTES} bytes (EIP-2098), not ${bytes}`,
      {
        bytes,
        wantBytes: COMPACT_SIGNATURE_BYTES,
      },
    )
  }
}

/** The log that the statement is about. */
export function logOf({ chainId, registry, owner, topic }: SignedHead): LogId {
  return { chainId, registry, owner, topic }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null)
    throw new InvalidArgumentError('a signed head is a JSON object')
  return value as Record<string, unknown>
}

function text(value: unknown, field: string): string {
  return typeof value === 'string' ? value : wrong(field)
}

function integer(value: unknown, field: string): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : wrong(field)
}

function wrong(field: string): never {
  throw new InvalidArgumentError(`the ${field} of a signed head is missing or has the wrong form`, { field })
}
