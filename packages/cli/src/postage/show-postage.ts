import type { OwnBatchStatus, PostageQuote } from '@remote-log/client'

/** One line with what something costs and until when it lasts. */
export function costLine({ costBzz, seconds, expires }: PostageQuote): string {
  return `${costBzz} BZZ, and gas; lasts ${until(seconds, expires)}`
}

/** `30.0 days, until 2026-12-26 at today's price`. */
export function until(seconds: number | undefined, expires: number | undefined): string {
  if (seconds === undefined || expires === undefined) return 'without end: storage costs nothing today'
  return `${days(seconds)}, until ${date(expires)} at today's price`
}

export function quoteJson(quote: PostageQuote & { capacityBytes?: number; effectiveBytes?: number }): object {
  const { amountPlur, costPlur, costBzz, depth, seconds, expires, pricePlur, blockTimeMs } = quote
  return {
    depth,
    amountPlur: `${amountPlur}`,
    costPlur: `${costPlur}`,
    costBzz,
    seconds: seconds ?? null,
    expires: expires === undefined ? null : date(expires),
    pricePlur: `${pricePlur}`,
    blockTimeMs,
    capacityBytes: quote.capacityBytes,
    effectiveBytes: quote.effectiveBytes,
  }
}

export function batchJson(batch: OwnBatchStatus): object {
  const { amountPlur, expires, ...rest } = batch
  return { ...rest, amountPlur: `${amountPlur}`, expires: expires === undefined ? null : date(expires) }
}

/** One line for people, the id first. */
export function batchLine(batch: OwnBatchStatus): string {
  const { id, usable, depth, immutable, ttlSeconds, utilization, slots, roomBytes, label } = batch
  const facts = [
    usable ? 'usable' : 'NOT USABLE',
    until(ttlSeconds === -1 ? undefined : ttlSeconds, batch.expires),
    `depth ${depth}`,
    `${((utilization / slots) * 100).toFixed(1)} % full, room for about ${bytes(roomBytes)}`,
    immutable ? 'immutable' : 'mutable: drops its oldest chunks when full',
    ...(label ? [`label ${JSON.stringify(label)}`] : []),
  ]
  return `${id}\n  ${facts.join('\n  ')}`
}

export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3))
  return step === 0 ? `${count} bytes` : `${(count / 1000 ** step).toFixed(1)} ${units[step]}`
}

function days(seconds: number): string {
  const count = seconds / 86_400
  return count < 2 ? `${(count * 24).toFixed(1)} hours` : `${count.toFixed(1)} days`
}

/** ISO 8601, to the second. */
export function date(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
