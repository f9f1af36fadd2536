import type { LogHash } from '../log-id.ts'
import type { MessageId } from '../message-id.ts'
import type { Reference } from '../reference.ts'

/**
 * Where an entry's payload is: inside the page, or a Swarm file of `length` bytes (0 to 2^32) under `reference`
 * (H2 of the RFC: the file's root at redundancy level 0).
 */
export type Content =
  | { readonly kind: 'embedded'; readonly data: Uint8Array }
  | { readonly kind: 'reference'; readonly reference: Reference; readonly length: number }

/** An entry before it has its place in the log. `timestamp`: Unix time in milliseconds, an integer 0 .. 2^53-1. */
export interface NewEntry {
  readonly timestamp: number
  /** H1 of the RFC. Not stored where it is the default, SHA-256 of an embedded payload. */
  readonly id: MessageId
  readonly content: Content
}

/** An entry in its place: `seq` counts from 0 without gaps. */
export interface Entry extends NewEntry {
  readonly seq: number
}

/** What only a head page carries: the roots of history and directory over the sealed pages. Both are the zero
 * reference exactly where `sealedPages` is 0. */
export interface Roots {
  readonly history: Reference
  readonly directory: Reference
  readonly sealedPages: number
}

/** One page of a log, decoded (docs/spec.md section 2). */
export interface Page {
  readonly log: LogHash
  /** seq of the first entry; of the next entry to come where the page has none. */
  readonly firstSeq: number
  /** Maximum of all timestamps before this page's first entry, in milliseconds; 0 in a log's first page. */
  readonly baseTimestamp: number
  /** 8 bytes without meaning. */
  readonly salt: Uint8Array
  /** The previous sealed page; undefined in a log's first page. */
  readonly tail: Reference | undefined
  /** Oldest first. */
  readonly entries: readonly Entry[]
  /** Present in head pages, undefined in sealed ones. */
  readonly roots: Roots | undefined
}

/** The running maximum of timestamps at each entry of the page, ms. */
export function entryTimes({ baseTimestamp, entries }: Pick<Page, 'baseTimestamp' | 'entries'>): number[] {
  let time = baseTimestamp
  return entries.map(({ timestamp }) => {
    time = Math.max(time, timestamp)
    return time
  })
}

/** The running maximum of timestamps after the page's last entry: the base timestamp of the page behind it, ms. */
export function pageTime(page: Pick<Page, 'baseTimestamp' | 'entries'>): number {
  let time = page.baseTimestamp
  for (const entry of page.entries) if (entry.timestamp > time) time = entry.timestamp
  return time
}
