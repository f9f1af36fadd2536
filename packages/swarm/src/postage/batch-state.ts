import { type AnswerOrigin, refused } from '../answer-error.ts'
import { DEFAULT_MINIMUM_SECONDS } from './choose.ts'
import type { OwnBatch } from './stamp-record.ts'

/**
 * Refuses to write with a batch that is not usable, ran out, is about to, or is mutable with a full bucket (it would
 * let go of its oldest chunks without a word). An immutable batch with a full bucket still takes chunks for other
 * buckets: it refuses the others by itself, one by one.
 * @param minimumSeconds that it must last still
 * @throws REFUSED (`details.reason`)
 */
export function demandUsable(
  batch: OwnBatch,
  origin: AnswerOrigin,
  minimumSeconds = DEFAULT_MINIMUM_SECONDS,
): void {
  const { id, usable, immutable, utilization, slots } = batch
  const details = { ...origin, batch: id }
  if (!usable) throw refused('batch-not-usable', `postage batch ${id} is not usable`, details)
  demandTime(batch, origin, minimumSeconds)
  if (!immutable && utilization >= slots) {
    const what = `mutable postage batch ${id} has a full bucket: new chunks would displace older ones`
    throw refused('batch-full', what, { ...details, slots })
  }
}

/** Refuses a batch that ran out or is about to. @throws REFUSED (`batch-expired`, `batch-expiring`) */
export function demandTime(
  { id, ttlSeconds }: Pick<OwnBatch, 'id' | 'ttlSeconds'>,
  origin: AnswerOrigin,
  minimumSeconds = DEFAULT_MINIMUM_SECONDS,
): void {
  const details = { ...origin, batch: id }
  // -1 where the postage price is 0 (`pkg/api/postage.go`): such a batch lasts.
  if (ttlSeconds === -1) return
  if (ttlSeconds <= 0) throw refused('batch-expired', `postage batch ${id} has no time left`, details)
  if (ttlSeconds >= minimumSeconds) return
  const what = `postage batch ${id} lasts ${ttlSeconds} s, less than ${minimumSeconds}`
  throw refused('batch-expiring', what, { ...details, ttlSeconds, minimumSeconds })
}
