import { type HistoryEdge, sameEdge } from './history/history-edge.ts'
import { checkOpenPageKept } from './page/pair-bytes.ts'

/** The head that is trusted: its page's bytes and the history's right edge at its number of sealed pages. */
export interface TrustedHead {
  readonly page: Uint8Array
  readonly edge: HistoryEdge
}

/** What is known of another head. With N = the sealed pages of the trusted one: */
export interface CandidateHead {
  /** Its own number of sealed pages, M. */
  readonly sealedPages: number
  /** The edge at N pages as the candidate's history has it. May be left out only where M < N. */
  readonly edge?: HistoryEdge | undefined
  /** Leaf N of the candidate's history, or its head page where M = N. May be left out only where M < N. */
  readonly page?: Uint8Array | undefined
}

/**
 * Why a head does not extend another: it has fewer sealed pages, another history over the same pages, or does not keep
 * the entries of the open page.
 */
export type ExtensionReason = 'fewer-pages' | 'history' | 'open-page'

export type ExtensionVerdict =
  | { readonly extends: true }
  | { readonly extends: false; readonly reason: ExtensionReason }

/**
 * Whether the candidate contains all that the trusted head contains, byte for byte (docs/spec.md section 6). Pages must
 * have been accepted by `decodePage`, edges derived from verified chunks.
 * @throws TypeError where facts are missing
 */
export function checkExtension(trusted: TrustedHead, candidate: CandidateHead): ExtensionVerdict {
  if (candidate.sealedPages < trusted.edge.pages) return { extends: false, reason: 'fewer-pages' }
  const { edge, page } = candidate
  if (!edge || !page) throw new TypeError('the edge and the page at the trusted number of pages are needed')
  if (!sameEdge(trusted.edge, edge)) return { extends: false, reason: 'history' }
  return checkOpenPageKept(trusted.page, page) ? { extends: true } : { extends: false, reason: 'open-page' }
}
