import type { Lifetime } from '@remote-log/client'
import type { Output } from './output.ts'
import { date, until } from './postage/show-postage.ts'

/** A line for each part of the log: when it dies, and what pays for it. */
export async function showLifetimes(out: Output, lifetimes: readonly Lifetime[], now: number): Promise<void> {
  for (const lifetime of lifetimes) {
    const { batch } = lifetime
    const paying = batch === undefined ? '' : `, batch ${batch.slice(0, 8)}…`
    await out.line(`  ${partOf(lifetime).padEnd(28)} ${lifeOf(lifetime, now)}${paying}`)
  }
}

/** The same for scripts: dates as ISO 8601. */
export function lifetimeJson({ expires, ...lifetime }: Lifetime): object {
  return { ...lifetime, expires: expires === undefined ? null : date(expires) }
}

function partOf({ part, from, to }: Lifetime): string {
  if (part === 'head') return 'head page and newest index'
  return part === 'pages' ? `pages ${from} to ${to! - 1}` : `payloads of entries ${from} to ${to! - 1}`
}

function lifeOf({ state, expires, message }: Lifetime, now: number): string {
  switch (state) {
    case 'until':
      return `dies in ${until((expires! - now) / 1000, expires)}`
    case 'lasting':
      return 'lasts: storage costs nothing today'
    case 'expired':
      return 'EXPIRED: audit, and repair with another batch'
    case 'unknown':
      return `unknown: ${message}`
  }
}
