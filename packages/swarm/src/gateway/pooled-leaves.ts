import { countRecords, type LeafRange, type Reference, RemoteLogError, withDetails } from '@remote-log/core'
import { aborted, onAbort } from '../abort-signals.ts'
import type { Gateway, LeafStream } from './gateway.ts'
import type { QuestionOptions } from './question.ts'
import { isTaken, SILENT } from './taken.ts'

/** Begins to read leaves at whichever gateway gives the first of them. */
export type BeginLeaves = (
  leaves: LeafRange,
  before: Pick<QuestionOptions<LeafStream>, 'failures' | 'silent'>,
) => Promise<LeafStream>

/**
 * Leaves from several gateways, one after the other: where a stream is cut, forged or silent, the next one begins at
 * the first leaf that was not handed on. Each leaf was verified, and is handed on once.
 * @throws as `RangeReader.readLeaves`, when nobody gives the leaf `details.leaf`
 */
export async function* pooledLeaves(
  { from, to }: LeafRange,
  expected: (leaf: number) => Reference,
  signal: AbortSignal | undefined,
  begin: BeginLeaves,
): AsyncGenerator<Uint8Array, void, undefined> {
  let leaf = from
  let before: Parameters<BeginLeaves>[1] = {}
  while (leaf < to) {
    const stream = await begin({ from: leaf, to }, before).catch(error => {
      throw withDetails(error, { leaf })
    })
    const leave = signal && onAbort(signal, () => stream.stop.abort(signal.reason))
    try {
      for (let records: Uint8Array | undefined = stream.first; records; records = await nextLeaves(stream)) {
        leaf += countRecords(records)
        yield records
      }
    } catch (error) {
      if (signal?.aborted) throw withDetails(aborted(signal, 'readLeaves'), { leaf })
      if (!(error instanceof RemoteLogError)) throw error
      stream.gateway.failed(error, expected(leaf))
      before = afterFailure(stream.gateway, error)
    } finally {
      leave?.()
      endLeaves(stream)
    }
  }
}

/** Ends a request, whether or not somebody waits for its next leaf. */
export function endLeaves({ stop, rest }: LeafStream): void {
  stop.abort()
  rest.return().catch(() => {})
}

/** The next leaves, undefined behind the last. @throws ABORTED with the cause SILENT where it does not come in time */
async function nextLeaves({ gateway, rest, stop }: LeafStream): Promise<Uint8Array | undefined> {
  const timer = setTimeout(() => stop.abort(SILENT), gateway.latency.patienceMs)
  try {
    return (await rest.next()).value ?? undefined
  } finally {
    clearTimeout(timer)
  }
}

function afterFailure(gateway: Gateway, error: RemoteLogError): Parameters<BeginLeaves>[1] {
  return isTaken(error) ? { silent: new Set([gateway]) } : { failures: new Map([[gateway, error]]) }
}
