import {
  type BlockRef,
  bytesToHex,
  type DirectoryEdge,
  decodeDirectoryEdge,
  decodeHistoryEdge,
  decodePage,
  encodeDirectoryEdge,
  encodeHistoryEdge,
  type HistoryEdge,
  LocalDamagedError,
  type LogHash,
  type Page,
  parseHex,
  parseReference,
  type Reference,
  type Roots,
} from '@remote-log/core'

/** A decoded head page: one that has its roots. */
export type HeadPage = Page & { readonly roots: Roots }

/**
 * The head that this device trusts: everything read later must extend it (docs/spec.md, section 6). The edges are
 * kept where they are known; they can be fetched again from the head page's roots.
 */
export interface Anchor {
  readonly head: Reference
  /** The block at which the name system stated this head. */
  readonly block: BlockRef
  /** The head page as it was read: at most 4,096 bytes. */
  readonly bytes: Uint8Array
  readonly page: HeadPage
  /**
   * The head came with a bundle, and no chain stated it so far: `block` is that of the head before, or 0. The chain may
   * be behind it.
   */
  readonly offChain?: true | undefined
  /** seq from which on all entries up to this head were published by this device; absent where the last was not. */
  readonly ownFrom?: number | undefined
  readonly history?: HistoryEdge | undefined
  readonly directory?: DirectoryEdge | undefined
}

/** Decodes a head page of this log. @throws INVALID_PAGE */
export function decodeHead(bytes: Uint8Array, log: LogHash, reference: Reference): HeadPage {
  return decodePage(bytes, { kind: 'head', log, reference }) as HeadPage
}

/** The seq that the next entry after this head page will have. */
export function nextSeqOf(page: Page): number {
  return page.firstSeq + page.entries.length
}

interface StoredAnchor {
  readonly version: 1
  readonly head: string
  readonly block: BlockRef
  readonly page: string
  readonly history: string | null
  readonly directory: string | null
  readonly offChain?: true | undefined
  readonly ownFrom?: number | undefined
}

export function encodeAnchor(anchor: Anchor): Uint8Array {
  const stored: StoredAnchor = {
    version: 1,
    head: anchor.head,
    block: anchor.block,
    page: bytesToHex(anchor.bytes),
    history: anchor.history ? bytesToHex(encodeHistoryEdge(anchor.history)) : null,
    directory: anchor.directory ? bytesToHex(encodeDirectoryEdge(anchor.directory)) : null,
    offChain: anchor.offChain,
    ownFrom: anchor.ownFrom,
  }
  return new TextEncoder().encode(JSON.stringify(stored))
}

/** @throws LOCAL_DAMAGED where the stored bytes are not what {@link encodeAnchor} wrote */
export function decodeAnchor(bytes: Uint8Array, log: LogHash): Anchor {
  try {
    const stored = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as StoredAnchor
    const head = parseReference(stored.head)
    const page = parseHex(stored.page, stored.page.length / 2, 'a head page')
    return {
      head,
      block: stored.block,
      bytes: page,
      page: decodeHead(page, log, head),
      history: stored.history === null ? undefined : decodeHistoryEdge(hexBytes(stored.history)),
      directory: stored.directory === null ? undefined : decodeDirectoryEdge(hexBytes(stored.directory)),
      offChain: stored.offChain,
      ownFrom: stored.ownFrom,
    }
  } catch (cause) {
    throw new LocalDamagedError(
      'the trusted head kept on this device is damaged; forget() starts again from the name system',
      { record: 'anchor' },
      cause,
    )
  }
}

function hexBytes(hex: string): Uint8Array {
  return parseHex(hex, hex.length / 2, 'an edge')
}
