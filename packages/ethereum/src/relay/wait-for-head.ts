import {
  type BlockRef,
  type CallOptions,
  type LogKey,
  type NameSystem,
  type Publication,
  RefusedError,
  RemoteLogError,
  UnavailableError,
  ZERO_REFERENCE,
} from '@remote-log/core'
import { FAILED_POLLS, FIRST_POLL_MS } from '../limits.ts'
import { conflict } from '../refusal.ts'
import type { SignedHead } from '../signed-head.ts'
import { pause, unlessAborted } from '../within.ts'

/** A statement that was given to a relayer. */
export interface Handed {
  /** Whether the relayer's call has ended; with `error` where it failed. */
  over: boolean
  error: unknown
  /** Resolves with the end of the call, whatever it is. */
  ended: Promise<void>
}

/** How to wait for a head. */
export interface HeadWait extends CallOptions {
  /** Blocks for which the head must have been seen standing, the first one included. */
  readonly confirmations: number
  /** Milliseconds between two looks, at most. */
  readonly pollMs: number
  /** Milliseconds in all. */
  readonly waitMs: number
}

/**
 * Looks until the head stands that was given to a relayer. A few failed looks in a row are borne.
 * @throws CONFLICT (another one stands), REFUSED (the relayer said no), UNAVAILABLE (it may still come), ABORTED
 */
export async function waitForHead(
  names: Pick<NameSystem, 'head' | 'block'>,
  log: LogKey,
  statement: SignedHead,
  handed: Handed,
  wait: HeadWait,
): Promise<Publication> {
  const { signal, pollMs, waitMs, confirmations } = wait
  const end = Date.now() + waitMs
  let seen: BlockRef | undefined
  let failures = 0
  for (let each = Math.min(FIRST_POLL_MS, pollMs); ; each = Math.min(2 * each, pollMs)) {
    const failed = handed.over ? handed.error : undefined
    const stood = await names.head(log, { signal }).catch(error => {
      failures += 1
      if (!(error instanceof UnavailableError) || failures === FAILED_POLLS) throw undecided(error, statement)
    })
    if (stood) {
      failures = 0
      const { head, block } = stood
      const { next, expected, deadline } = statement
      if (head === next) {
        seen ??= block
        if (block.number - seen.number + 1 >= confirmations) {
          if (seen.hash === block.hash || (await stands(names, seen, signal))) return { head, block: seen }
          seen = block
        }
      } else {
        // Seen before and gone: a reorganisation, after which it may come again.
        seen = undefined
        if ((head ?? null) !== expected) throw conflict(expected ?? ZERO_REFERENCE, head ?? ZERO_REFERENCE)
        if (failed !== undefined) throw undecided(failed, statement)
        if (block.timestamp > deadline) throw late('its time was over', statement)
      }
    }
    if (Date.now() >= end) throw late(`it did not come within ${waitMs} ms`, statement)
    // The end of the relayer's call is a reason to look at once: mostly the head stands then.
    const soon = handed.over ? [] : [handed.ended]
    await unlessAborted(
      'waiting for a relayer',
      signal,
      Promise.race([pause('a look', each, signal), ...soon]),
    )
  }
}

/** Whether a block that was seen is still part of the chain; where that can't be told, it is looked at again. */
async function stands(
  names: Pick<NameSystem, 'block'>,
  { number, hash }: BlockRef,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return (await names.block(number, { signal }))?.hash === hash
  } catch (error) {
    if (error instanceof UnavailableError) return false
    throw error
  }
}

function late(why: string, { next, deadline }: SignedHead): UnavailableError {
  return new UnavailableError(`a relayer was given the head ${next}, and ${why}: publish again`, {
    reason: 'relayer',
    next,
    deadline,
  })
}

/** The same failure, with what is still on its way. */
function undecided(error: unknown, { next, deadline }: SignedHead): unknown {
  const details = { reason: 'relayer', next, deadline }
  if (!(error instanceof RemoteLogError)) {
    return new UnavailableError('the relayer failed; the head may still come', details, error)
  }
  const more = { ...error.details, ...details }
  if (error instanceof RefusedError) return new RefusedError(error.message, more, error)
  if (!(error instanceof UnavailableError)) return error
  return new UnavailableError(`${error.message}; the head may still come`, more, error)
}
