import { checkOpenPageKept, type Reference, RemoteLogError, RewrittenError } from '@remote-log/core'
import { advance, isEarlierState } from './advance.ts'
import { type Anchor, decodeHead, type HeadPage, nextSeqOf } from './anchor.ts'
import type { LogContext } from './context.ts'
import { keptPage } from './locate.ts'
import type { Reader } from './reader.ts'

/** What a head that came from elsewhere is to the one that this device trusts. */
export interface HeadComparison {
  /** `later` extends the trusted head, or any head where none is trusted yet; `earlier` is extended by it. */
  readonly relation: 'same' | 'earlier' | 'later'
  /** Entries of the log at that head. */
  readonly entries: number
}

/**
 * Compares a head with the trusted one, and changes nothing. Head pages that are no longer in the store can't be compared.
 * @throws REWRITTEN where neither extends the other: a fork, with both heads in the details; NOT_FOUND, UNAVAILABLE,
 * CORRUPT, INVALID_PAGE (no head of this log), ABORTED
 */
export async function compareHead(
  context: LogContext,
  reader: Reader,
  head: Reference,
): Promise<HeadComparison> {
  const { log, state } = context
  if (state.damage) throw state.damage
  const trusted = state.anchor
  if (trusted?.head === head) return { relation: 'same', entries: nextSeqOf(trusted.page) }
  reader.tally.round()
  const bytes = await reader.page(head)
  const page = decodeHead(bytes, log, head)
  const entries = nextSeqOf(page)
  if (!trusted) return { relation: 'later', entries }
  if (await isBehind(context, reader, trusted, { bytes, page })) return { relation: 'earlier', entries }
  try {
    await advance(reader, log, trusted, head, trusted.block, { known: bytes })
    return { relation: 'later', entries }
  } catch (error) {
    if (!(error instanceof RemoteLogError)) throw error
    if (error.code !== 'REWRITTEN' && error.code !== 'ROLLBACK') throw error
    throw new RewrittenError(
      'the log was forked: of the trusted head and this one neither extends the other',
      {
        trustedHead: trusted.head,
        trustedBlock: trusted.block.number,
        trustedEntries: nextSeqOf(trusted.page),
        head,
        entries,
      },
      error,
    )
  }
}

async function isBehind(
  context: LogContext,
  reader: Reader,
  trusted: Anchor,
  found: { readonly bytes: Uint8Array; readonly page: HeadPage },
): Promise<boolean> {
  const { sealedPages } = found.page.roots
  if (sealedPages < trusted.page.roots.sealedPages && context.state.have.has(sealedPages))
    return await isKeptBehind(context, found)
  return await isEarlierState(reader, trusted, found)
}

/** Whether a head page is an earlier state of the trusted log by the page kept in its place: its tail names all before. */
export async function isKeptBehind(
  context: LogContext,
  { bytes, page }: { readonly bytes: Uint8Array; readonly page: HeadPage },
): Promise<boolean> {
  const { sealedPages } = page.roots
  if (!context.state.have.has(sealedPages)) return false
  return checkOpenPageKept(bytes, (await keptPage(context, sealedPages)).bytes)
}
