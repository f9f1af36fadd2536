import { LocalDamagedError } from '@remote-log/core'

/** What one postage batch pays for: from `from` to before `to`. */
export interface PaidRun {
  readonly from: number
  readonly to: number
  /** Id of the batch, 64 hex digits. */
  readonly batch: string
}

/**
 * Which postage batch pays for which part of a log, as far as this device uploaded it. A page is paid for when it is
 * sealed, a payload by reference with the publication that brings its entry, the head page and the right edge of the
 * index with the newest publication.
 */
export interface Paid {
  /** Sealed pages, by index, with the index above them. Sorted; what is in no run was uploaded by others. */
  readonly pages: readonly PaidRun[]
  /** Entries, by seq: of these the payloads by reference. */
  readonly entries: readonly PaidRun[]
  /** The newest head page; undefined where another device uploaded it. */
  readonly head: string | undefined
}

/** What a publication adds: pages and entries from the first number to before the second, and what pays for them. */
export interface Payment {
  readonly pages: readonly [number, number]
  readonly entries: readonly [number, number]
  readonly batch: string
}

export const NOTHING_PAID: Paid = { pages: [], entries: [], head: undefined }

/** What `batch` pays for takes the place of what was known of the same part and of what comes behind it. */
export function paidFrom(paid: Paid, { pages, entries, batch }: Payment): Paid {
  return {
    pages: added(cut(paid.pages, pages[0]), ...pages, batch),
    entries: added(cut(paid.entries, entries[0]), ...entries, batch),
    head: batch,
  }
}

/** Another device's head was accepted: what is from these numbers on is not paid for by this one. */
export function paidBefore(paid: Paid, pages: number, entries: number): Paid {
  return { pages: cut(paid.pages, pages), entries: cut(paid.entries, entries), head: undefined }
}

/** Pages that were put back are paid for by another batch than before. */
export function paidAgain(paid: Paid, page: number, batch: string): Paid {
  const before = cut(paid.pages, page)
  const behind = paid.pages.flatMap(run =>
    run.to > page + 1 ? [{ ...run, from: Math.max(run.from, page + 1) }] : [],
  )
  return {
    ...paid,
    pages: behind.reduce(
      (runs, run) => added(runs, run.from, run.to, run.batch),
      added(before, page, page + 1, batch),
    ),
  }
}

function cut(runs: readonly PaidRun[], at: number): readonly PaidRun[] {
  return runs.flatMap(run => (run.from < at ? [{ ...run, to: Math.min(run.to, at) }] : []))
}

function added(runs: readonly PaidRun[], from: number, to: number, batch: string): readonly PaidRun[] {
  const last = runs.at(-1)
  if (from >= to) return runs
  if (last?.batch === batch && last.to === from) return [...runs.slice(0, -1), { ...last, to }]
  return [...runs, { from, to, batch }]
}

export function encodePaid({ pages, entries, head }: Paid): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: 1, pages, entries, head: head ?? null }))
}

/** @throws LOCAL_DAMAGED */
export function decodePaid(bytes: Uint8Array): Paid {
  try {
    const { pages, entries, head } = JSON.parse(new TextDecoder().decode(bytes)) as {
      pages: PaidRun[]
      entries: PaidRun[]
      head: string | null
    }
    return { pages, entries, head: head ?? undefined }
  } catch (cause) {
    throw new LocalDamagedError(
      'the list of batches that pay for the log is damaged',
      { record: 'paid' },
      cause,
    )
  }
}
