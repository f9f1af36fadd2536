import { InvalidArgumentError } from '@remote-log/core'
import { dnsEncode, ensNormalize, namehash } from 'ethers'

/** Bytes that a label may have in ENS. */
const MAX_LABEL_BYTES = 255

/** A name of ENS, and one of the names above it. */
export interface EnsName {
  /** Normalized (ENSIP-15). */
  readonly name: string
  /** Namehash (EIP-137), 32 bytes of `0x` hex. */
  readonly node: string
  /** DNS wire format (ENSIP-10), `0x` hex. */
  readonly wire: string
}

/** Parses a name, e.g. `chat.alice.eth`, in any case and form that ENS normalizes. @throws INVALID_ARGUMENT */
export function parseEnsName(text: string): EnsName {
  try {
    const name = ensNormalize(text)
    return { name, node: namehash(name), wire: dnsEncode(name, MAX_LABEL_BYTES) }
  } catch (error) {
    throw new InvalidArgumentError(`not a name of ENS: ${JSON.stringify(text)}`, { value: text }, error)
  }
}

/** The nodes of a name and of those above it, itself first; without the root. */
export function nodesUpwards({ name }: EnsName): string[] {
  const labels = name.split('.')
  return labels.map((_, i) => namehash(labels.slice(i).join('.')))
}
