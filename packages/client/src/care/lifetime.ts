import { type CallOptions, RemoteLogError } from '@remote-log/core'
import { nextSeqOf } from '../anchor.ts'
import type { LogContext } from '../context.ts'
import type { PaidRun } from '../paid.ts'

/** Says when a postage batch runs out, in Unix milliseconds; undefined where storage costs nothing. */
export interface ExpirySource {
  /** @throws NOT_FOUND (it ran out, or never was), UNAVAILABLE, ABORTED */
  expiry(batch: string, options: CallOptions): Promise<{ readonly expires: number | undefined }>
}

/** Until when a part of a log lives. */
export interface Lifetime {
  /** Sealed pages with the index above them; payloads by reference, by their entries; the head page with the edges. */
  readonly part: 'pages' | 'payloads' | 'head'
  /** Pages, or seqs: from the first to before the second. Not with the head page. */
  readonly from?: number
  readonly to?: number
  /** What pays; undefined where another device uploaded it, which this one can't know. */
  readonly batch: string | undefined
  /**
   * `until`: it lives till `expires`; `lasting`: storage costs nothing; `expired`: no such batch exists any more;
   * `unknown`: the batch is not known, or the node could not tell (`message`).
   */
  readonly state: 'until' | 'lasting' | 'expired' | 'unknown'
  /** Unix time in milliseconds at today's price. */
  readonly expires?: number
  readonly message?: string
}

type Life = Pick<Lifetime, 'state' | 'expires' | 'message'>

/** Until when each part of the log below the trusted head lives, as far as this device uploaded it. @throws ABORTED */
export async function lifetimes(
  { state }: LogContext,
  source: ExpirySource,
  options: CallOptions,
): Promise<readonly Lifetime[]> {
  const { anchor, paid } = state
  if (!anchor) return []
  const { pages, entries, head } = paid
  const batches = new Set([...pages, ...entries].map(({ batch }) => batch).concat(head ?? []))
  const lives = new Map(
    await Promise.all(
      [...batches].map(async batch => [batch, await lifeOf(batch, source, options)] as const),
    ),
  )
  const lifetime = (batch: string | undefined): Life & { readonly batch: string | undefined } => ({
    batch,
    ...(lives.get(batch ?? '') ?? { state: 'unknown', message: 'uploaded by another device' }),
  })
  const parts = (part: 'pages' | 'payloads', runs: readonly PaidRun[], end: number): Lifetime[] =>
    whole(runs, end).map(({ from, to, batch }) => ({ part, from, to, ...lifetime(batch) }))
  return [
    ...parts('pages', pages, anchor.page.roots.sealedPages),
    ...parts('payloads', entries, nextSeqOf(anchor.page)),
    { part: 'head', ...lifetime(head) },
  ]
}

async function lifeOf(batch: string, source: ExpirySource, options: CallOptions): Promise<Life> {
  try {
    const { expires } = await source.expiry(batch, options)
    return expires === undefined ? { state: 'lasting' } : { state: 'until', expires }
  } catch (error) {
    if (!(error instanceof RemoteLogError) || error.code === 'ABORTED') throw error
    return { state: error.code === 'NOT_FOUND' ? 'expired' : 'unknown', message: error.message }
  }
}

/** The runs, and what lies between them and up to `end`. */
function whole(
  runs: readonly PaidRun[],
  end: number,
): { from: number; to: number; batch: string | undefined }[] {
  const all: { from: number; to: number; batch: string | undefined }[] = []
  let at = 0
  for (const { from, to, batch } of runs) {
    if (from >= end) break
    if (at < from) all.push({ from: at, to: from, batch: undefined })
    all.push({ from, to: Math.min(to, end), batch })
    at = to
  }
  if (at < end) all.push({ from: at, to: end, batch: undefined })
  return all
}
