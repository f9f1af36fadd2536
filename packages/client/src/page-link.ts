import { InvalidPageError, type Page, pageTime, type Reference } from '@remote-log/core'

/** A page and what names it; a head page has its head as reference. */
export interface ReadPage {
  readonly index: number
  readonly reference: Reference
  /** The page's payload as it was read. */
  readonly bytes: Uint8Array
  readonly page: Page
}

/** What a page must say of the one before it (docs/spec.md, section 2): passed to `decodePage`. */
export function expectAfter(previous: ReadPage | undefined): {
  firstSeq: number
  tail: Reference | null
  baseTimestamp: number
} {
  if (previous === undefined) return { firstSeq: 0, tail: null, baseTimestamp: 0 }
  return {
    firstSeq: previous.page.firstSeq + previous.page.entries.length,
    tail: previous.reference,
    baseTimestamp: pageTime(previous.page),
  }
}

/** Checks that `next` follows `previous` without gap, overlap or jump. @throws INVALID_PAGE */
export function checkLink(previous: ReadPage | undefined, next: ReadPage): void {
  const expected = expectAfter(previous)
  const { firstSeq, baseTimestamp, tail } = next.page
  const rule =
    firstSeq !== expected.firstSeq
      ? 'seq'
      : (tail ?? null) !== expected.tail
        ? 'tail'
        : baseTimestamp !== expected.baseTimestamp
          ? 'base'
          : undefined
  if (rule === undefined) return
  throw new InvalidPageError(`page ${next.index} does not follow the page before it (${rule})`, {
    rule,
    reference: next.reference,
    index: next.index,
    firstSeq,
    expectedFirstSeq: expected.firstSeq,
  })
}
