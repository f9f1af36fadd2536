import type { ExpirySource } from '@remote-log/client'
import { NotFoundError } from '@remote-log/core'
import { patiently } from './patience.ts'

/** Asks for the expiry of batches, all of them at once; any that knows a batch will do. Each by the name it has in errors. */
export function anyExpiry(sources: ReadonlyMap<string, ExpirySource>): ExpirySource {
  return {
    async expiry(batch, { signal }) {
      const answers = await Promise.allSettled(
        [...sources].map(([name, source]) =>
          patiently(name, signal, call => source.expiry(batch, { ...call })),
        ),
      )
      const known = answers.find(answer => answer.status === 'fulfilled')
      if (known) return known.value
      const reasons = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason] : []))
      throw reasons.find(reason => reason instanceof NotFoundError) ?? reasons[0]
    },
  }
}
