import {
  decodePage,
  InvalidPageError,
  type LogHash,
  outlineOf,
  outlinePage,
  type Page,
  type PageExpectation,
  type PageOutline,
  type Reference,
} from '@remote-log/core'
import type { Anchor } from './anchor.ts'

/** A checked page and what names it; a head page has its head as reference. */
export interface ReadPage {
  readonly index: number
  readonly reference: Reference
  /** The page's payload as it was read. */
  readonly bytes: Uint8Array
  /** Reference and bytes one behind the other, where they came so. */
  readonly record?: Uint8Array | undefined
  readonly outline: PageOutline
  readonly page: Page
}

/** A sealed page, checked when this is made; its entries are made when they are first asked for. @throws INVALID_PAGE */
export class SealedPage implements ReadPage {
  readonly index: number
  readonly reference: Reference
  readonly bytes: Uint8Array
  readonly record: Uint8Array | undefined
  readonly outline: PageOutline
  readonly #log: LogHash
  #page: Page | undefined

  constructor(log: LogHash, index: number, reference: Reference, bytes: Uint8Array, record?: Uint8Array) {
    this.index = index
    this.reference = reference
    this.bytes = bytes
    this.record = record
    this.#log = log
    this.outline = outlinePage(bytes, this.#expectation)
  }

  get page(): Page {
    this.#page ??= decodePage(this.bytes, this.#expectation)
    return this.#page
  }

  get #expectation(): PageExpectation {
    return { kind: 'sealed', log: this.#log, reference: this.reference, index: this.index }
  }
}

/** The head page in the row of pages: behind the sealed ones. */
export function headAsPage({ head, bytes, page }: Anchor): ReadPage {
  return { index: page.roots.sealedPages, reference: head, bytes, outline: outlineOf(page), page }
}

/** Checks that `next` follows `previous` without gap, overlap or jump. @throws INVALID_PAGE */
export function checkLink(previous: ReadPage | undefined, next: ReadPage): void {
  const { firstSeq, baseTimestamp, tail } = next.outline
  const expectedFirstSeq = previous?.outline.nextSeq ?? 0
  const rule =
    firstSeq !== expectedFirstSeq
      ? 'seq'
      : tail !== previous?.reference
        ? 'tail'
        : baseTimestamp !== (previous?.outline.time ?? 0)
          ? 'base'
          : undefined
  if (rule === undefined) return
  throw new InvalidPageError(`page ${next.index} does not follow the page before it (${rule})`, {
    rule,
    reference: next.reference,
    index: next.index,
    firstSeq,
    expectedFirstSeq,
  })
}
