import { RemoteLogError, UnavailableError } from '@remote-log/core'

/** The postage batch that pays for writing: while it lasts, the network keeps what was written. */
export interface BatchStatus {
  /** 64 hex digits. */
  readonly id: string
  /** Whether chunks can be stamped with it. */
  readonly usable: boolean
  /** Time until it runs out at today's price, in seconds; -1 where storage costs nothing. */
  readonly ttlSeconds: number
  /** How full the fullest of its buckets is, from 0 to 1: at 1 some chunks no longer find room. */
  readonly fill: number
  /** An immutable batch refuses chunks when full; a mutable one lets go of its oldest. */
  readonly immutable: boolean
}

/** Milliseconds to wait for the node: the status of everything else must not depend on it. */
const PATIENCE_MS = 5000

/**
 * Asks the Bee node that owns the batch (`GET /stamps/{id}`).
 * @throws UNAVAILABLE (no answer, or none of a Bee node that knows the batch), and the signal's reason
 */
export async function askBatch(bee: string, id: string, signal: AbortSignal): Promise<BatchStatus> {
  const url = `${bee.replace(/\/$/, '')}/stamps/${id}`
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) })
    const stamp: unknown = await answer.json()
    if (answer.ok && isStamp(stamp)) {
      const slots = 2 ** (stamp.depth - stamp.bucketDepth)
      const { usable, batchTTL: ttlSeconds, immutableFlag: immutable } = stamp
      return { id, usable, ttlSeconds, fill: stamp.utilization / slots, immutable }
    }
    throw new UnavailableError(`the Bee node does not know the batch (${answer.status})`, { url })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof RemoteLogError) throw error
    throw new UnavailableError(`no Bee node answers at ${bee}`, { url }, error)
  }
}

interface Stamp {
  readonly usable: boolean
  readonly immutableFlag: boolean
  readonly batchTTL: number
  readonly utilization: number
  readonly depth: number
  readonly bucketDepth: number
}

function isStamp(value: unknown): value is Stamp {
  const stamp = value as Stamp | null
  const numbers = [stamp?.batchTTL, stamp?.utilization, stamp?.depth, stamp?.bucketDepth]
  return numbers.every(Number.isSafeInteger) && [stamp?.usable, stamp?.immutableFlag].every(isBoolean)
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

/** One line for people. */
export function describeBatch({ usable, ttlSeconds, fill, immutable }: BatchStatus): string {
  const days = ttlSeconds / 86_400
  const left =
    ttlSeconds < 0
      ? 'no end'
      : `${days < 2 ? `${(days * 24).toFixed(1)} hours` : `${days.toFixed(0)} days`} left`
  const full = `${(fill * 100).toFixed(1)} % full`
  return `${usable ? 'usable' : 'NOT USABLE'}, ${left}, ${full}${immutable ? '' : ' (mutable: drops its oldest chunks when full)'}`
}
