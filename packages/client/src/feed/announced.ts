import { parseReference, type Reference } from '@remote-log/core'

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
  /** The postage batch that pays for what went up with it; undefined where that is not known. */
  readonly paidBy: string | undefined
  /** When the first head was announced on `base`, Unix ms. */
  readonly since: number
}

export function encodeAnnounced(announced: Announced): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: 1, ...announced, base: announced.base ?? null }))
}

/** Reads what {@link encodeAnnounced} wrote and a checksum guards. */
export function decodeAnnounced(bytes: Uint8Array): Announced {
  const { base, head, index, entries, linked, paidBy, since } = JSON.parse(
    new TextDecoder().decode(bytes),
  ) as {
    readonly base: string | null
  } & Announced
  return {
    base: base === null ? undefined : parseReference(base),
    head: parseReference(head),
    index,
    entries,
    linked,
    paidBy,
    since,
  }
}
