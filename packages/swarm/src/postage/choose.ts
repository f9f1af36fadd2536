import type { OwnBatch } from './stamp-record.ts'

/** What a batch must offer. */
export interface BatchNeed {
  /** Seconds that it must last still. Default 3,600. */
  readonly seconds?: number | undefined
  /** Bytes that must find room. Default 0: any room. */
  readonly bytes?: number | undefined
  /** Whether a mutable batch will do, which drops its oldest chunks when a bucket is full. Default false. */
  readonly mutable?: boolean | undefined
}

/** Why a batch was not taken. */
export interface BatchRejection {
  readonly id: string
  readonly reason: 'not-usable' | 'too-short' | 'full' | 'too-small' | 'mutable' | 'worse-fit'
  /** The same for people. */
  readonly message: string
}

export interface BatchChoice<B extends OwnBatch = OwnBatch> {
  readonly batch: B | undefined
  /** Each of the others, in the order given. */
  readonly rejected: readonly BatchRejection[]
}

export const DEFAULT_MINIMUM_SECONDS = 3600

/**
 * Picks the batch to write with: of those that are usable, last long enough and have room, the immutable before the
 * mutable, then the one with least room (large ones stay free for large needs), then the longest, then by id. The same
 * batches and need give the same choice.
 * @param roomBytes what still finds room in a batch: its effective capacity by the share of slots that are free in its
 * fullest bucket, see {@link roomIn}
 */
export function chooseBatch<B extends OwnBatch & { readonly roomBytes: number }>(
  batches: readonly B[],
  need: BatchNeed,
): BatchChoice<B> {
  const judged = batches.map(batch => ({ batch, rejection: reject(batch, need) }))
  const good = judged.filter(({ rejection }) => !rejection).map(({ batch }) => batch)
  const best = good.sort(better)[0]
  const rejected = judged.flatMap(({ batch, rejection }) => {
    if (batch === best) return []
    const worse = {
      id: batch.id,
      reason: 'worse-fit',
      message: `${best?.id.slice(0, 8)}… fits better`,
    } as const
    return [rejection ?? worse]
  })
  return { batch: best, rejected }
}

/** Bytes that still find room in a batch before some bucket is likely to be full. */
export function roomIn({ utilization, slots }: OwnBatch, effectiveBytes: number): number {
  return Math.floor(effectiveBytes * Math.max(0, 1 - utilization / slots))
}

function reject(
  batch: OwnBatch & { readonly roomBytes: number },
  { seconds = DEFAULT_MINIMUM_SECONDS, bytes = 0, mutable = false }: BatchNeed,
): BatchRejection | undefined {
  const { id, ttlSeconds, roomBytes } = batch
  const because = (reason: BatchRejection['reason'], message: string) => ({ id, reason, message })
  if (!batch.usable) return because('not-usable', 'not usable: younger than ten blocks, or run out')
  if (ttlSeconds !== -1 && ttlSeconds < seconds) {
    return because('too-short', `lasts ${ttlSeconds} s, ${seconds} s are needed: top it up`)
  }
  if (!batch.immutable && !mutable) {
    return because('mutable', 'mutable: it drops its oldest chunks when a bucket is full')
  }
  if (batch.utilization >= batch.slots) return because('full', 'a bucket is full: dilute it')
  if (roomBytes < bytes) return because('too-small', `room for ${roomBytes} of ${bytes} bytes: dilute it`)
  return undefined
}

function better<B extends OwnBatch & { readonly roomBytes: number }>(a: B, b: B): number {
  if (a.immutable !== b.immutable) return a.immutable ? -1 : 1
  if (a.roomBytes !== b.roomBytes) return a.roomBytes - b.roomBytes
  const [left, right] = [endless(a), endless(b)]
  if (left !== right) return right - left
  return a.id < b.id ? -1 : 1
}

function endless({ ttlSeconds }: OwnBatch): number {
  return ttlSeconds === -1 ? Number.POSITIVE_INFINITY : ttlSeconds
}
