import type { BeePostage, ExpirySource } from '@remote-log/client'
import { AbortedError, UnavailableError } from '@remote-log/core'

/** Milliseconds to wait for the node: the status of everything else must not depend on it. */
const PATIENCE_MS = 5000

/** Asks for the expiry of batches, and gives up where the node does not answer soon. */
export function patientExpiry(postage: BeePostage, bee: string): ExpirySource {
  return {
    async expiry(batch, { signal }) {
      const patience = AbortSignal.timeout(PATIENCE_MS)
      try {
        return await postage.expiry(batch, {
          signal: signal ? AbortSignal.any([signal, patience]) : patience,
        })
      } catch (error) {
        if (!(error instanceof AbortedError) || signal?.aborted) throw error
        throw new UnavailableError(`${bee} does not answer`, { url: bee, batch }, error)
      }
    },
  }
}
