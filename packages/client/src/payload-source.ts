import type { LogContext } from './context.ts'
import type { OpenSource } from './log-entry.ts'
import { Reader } from './reader.ts'
import type { Tally } from './tally.ts'

/** Payload chunks from the store. */
export function openStored({ store }: LogContext, tally?: Tally): OpenSource {
  return ({ signal }) => ({
    signal,
    chunk: (reference, signal) => new Reader(store, { signal }, tally).chunk(reference),
  })
}

/** Chunks of published payloads: from this device, where they came with a bundle, else from the store. */
export function openPublished(context: LogContext): OpenSource {
  return options => {
    const stored = openStored(context)(options)
    return {
      signal: options.signal,
      chunk: async (reference, signal) =>
        (await context.local.chunk(reference)) ?? stored.chunk(reference, signal),
      isHere: async reference => (await context.local.chunk(reference)) !== undefined,
    }
  }
}

/** Payload chunks that wait for upload; from the store where they were published in the meantime. */
export function openStaged(context: LogContext, staging: number): OpenSource {
  return options => {
    const stored = openStored(context)(options)
    return {
      signal: options.signal,
      chunk: async (reference, signal) =>
        (await context.local.stagedChunk(staging, reference)) ?? stored.chunk(reference, signal),
      isHere: async reference => (await context.local.stagedChunk(staging, reference)) !== undefined,
    }
  }
}
