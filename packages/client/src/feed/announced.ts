import { parseReference, type Reference, type Salts } from '@remote-log/core'
import { decodeSalts, encodeSalts } from '../salts-codec.ts'

/** The newest head that this device announced in the feed and that the chain does not have yet. */
export interface Announced {
  /** The anchored head below it; undefined: none yet. */
  readonly base: Reference | undefined
  readonly head: Reference
  /** Its place in the feed on `base`. */
  readonly index: number
  /** Entries that wait for the anchor in it: so many of the queue, from its first. */
  readonly entries: number
  /** Whether it was built with one entry a page. */
  readonly linked: boolean
  readonly salts: Salts
  /** The postage batch that pays for what went up with it; undefined where that is not known. */
  readonly paidBy: string | undefined
  /** When the first head was announced on `base`, Unix ms. */
  readonly since: number
}

export function encodeAnnounced(announced: Announced): Uint8Array {
  const { base = null, salts, ...rest } = announced
  return new TextEncoder().encode(JSON.stringify({ version: 1, ...rest, base, salts: encodeSalts(salts) }))
}

/** Reads what {@link encodeAnnounced} wrote and a checksum guards. */
export function decodeAnnounced(bytes: Uint8Array): Announced {
  const { base, head, index, entries, linked, salts, paidBy, since } = JSON.parse(
    new TextDecoder().decode(bytes),
  ) as {
    readonly base: string | null
    readonly salts?: string
  } & Omit<Announced, 'base' | 'salts'>
  return {
    base: base === null ? undefined : parseReference(base),
    head: parseReference(head),
    index,
    entries,
    linked,
    salts: decodeSalts(salts ?? '00'),
    paidBy,
    since,
  }
}
