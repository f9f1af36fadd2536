import { LocalDamagedError, parseReference, type Reference, type Salts } from '@remote-log/core'
import { decodeSalts, encodeSalts } from './salts-codec.ts'

/** A head that was, or may have been, sent to the name system. */
export interface Attempt {
  readonly next: Reference
  /** How many of the unsent entries it holds, from the first. */
  readonly entries: number
  /** Whether it was built with one entry a page. */
  readonly linked: boolean
  readonly salts: Salts
}

/**
 * What a publication in progress must remember across a crash: written before the first chunk goes up and before each
 * head is sent, removed in the same atomic write that records the outcome (docs/spec.md, section 9).
 */
export interface Journal {
  /** The anchored head on which the publication builds; undefined on a new log. */
  readonly base: Reference | undefined
  /** The upload under which the chunks went up first. */
  readonly upload: string | undefined
  readonly attempts: readonly Attempt[]
}

export function encodeJournal(journal: Journal): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({
      version: 1,
      base: journal.base ?? null,
      upload: journal.upload ?? null,
      attempts: journal.attempts.map(attempt => ({ ...attempt, salts: encodeSalts(attempt.salts) })),
    }),
  )
}

/** @throws LOCAL_DAMAGED */
export function decodeJournal(bytes: Uint8Array): Journal {
  try {
    const stored = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as {
      base: string | null
      upload: string | null
      attempts: { next: string; entries: number; linked: boolean; salts?: string }[]
    }
    return {
      base: stored.base === null ? undefined : parseReference(stored.base),
      upload: stored.upload ?? undefined,
      attempts: stored.attempts.map(attempt => ({
        ...attempt,
        next: parseReference(attempt.next),
        // Journals of before there were salts: all are 0.
        salts: decodeSalts(attempt.salts ?? '00'),
      })),
    }
  } catch (cause) {
    throw new LocalDamagedError(
      'the journal of a publication kept on this device is damaged',
      { record: 'journal' },
      cause,
    )
  }
}
