import { bytesToHex, parseHex } from './hex.ts'

declare const brand: unique symbol

/** The address of a chunk or file in Swarm: 32 bytes as 64 lower-case hex digits without `0x`, as Bee writes it. */
export type Reference = string & { readonly [brand]: 'Reference' }

/** Length of a reference in bytes. */
export const REFERENCE_BYTES = 32

/** Parses a reference from hex, with or without `0x`. @throws {@link InvalidArgumentError} */
export function parseReference(text: string): Reference {
  return bytesToHex(parseHex(text, REFERENCE_BYTES, 'a reference')) as Reference
}

/** The reference with these 32 bytes. */
export function referenceFromBytes(bytes: Uint8Array): Reference {
  if (bytes.length !== REFERENCE_BYTES) throw new TypeError(`a reference has 32 bytes, not ${bytes.length}`)
  return bytesToHex(bytes) as Reference
}

/** The 32 bytes of a reference. */
export function referenceToBytes(reference: Reference): Uint8Array {
  return parseHex(reference, REFERENCE_BYTES, 'a reference')
}

/** 32 zero bytes: "no page yet" in the registry and in head pages without sealed pages. Never the address of data. */
export const ZERO_REFERENCE = '0'.repeat(64) as Reference
