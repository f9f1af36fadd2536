import { AbortedError, type CallOptions, UnavailableError } from '@remote-log/core'

/** Milliseconds to wait for a node: the status of everything else must not depend on it. */
const PATIENCE_MS = 5000

/** Asks, and gives up where there is no answer soon. @throws UNAVAILABLE, and what `ask` throws */
export async function patiently<T>(
  whom: string,
  signal: AbortSignal | undefined,
  ask: (call: CallOptions) => Promise<T>,
): Promise<T> {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  try {
    return await ask({ signal: signal ? AbortSignal.any([signal, patience]) : patience })
  } catch (error) {
    if (!(error instanceof AbortedError) || signal?.aborted) throw error
    throw new UnavailableError(`${whom} does not answer`, { url: whom }, error)
  }
}
