import { AbortedError, RefusedError, type RemoteLogError, UnavailableError } from '@remote-log/core'
import { pause } from '../abort-signals.ts'
import { type AnswerOrigin, isWebPage, messageOf, refused, unavailable, writeError } from '../answer-error.ts'
import type { BeeAnswer, BeeConnection, BeeRequest } from '../bee-connection.ts'
import type { BeeNode } from '../bee-node.ts'
import { parseObject } from '../tag.ts'

/** Milliseconds between two looks at whether an operation has arrived, or may be tried. */
const POLL_MS = 500

export interface PaymentOptions<T> {
  readonly node: BeeNode
  /** Its time-out covers the mining of two transactions. */
  readonly connection: BeeConnection
  readonly request: BeeRequest
  readonly operation: string
  /** What the operation changes, undefined while it has not. Looked at before and after. */
  readonly find: (signal: AbortSignal | undefined) => Promise<T | undefined>
  /** How long its effect is waited for, in milliseconds. */
  readonly patienceMs: number
  readonly pollMs?: number | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * An operation that costs money. It is sent once: before that it is looked for, and after an answer that does not say
 * what became of it (none, a cut one, a 5xx) its effect is waited for instead of sending again. Only an answer that
 * says that nothing was done (429: another operation is under way) lets it be sent again.
 * @throws REFUSED (nothing was paid), UNAVAILABLE (`details.sent`: it may still happen), ABORTED (likewise)
 */
export async function payOnce<T>(options: PaymentOptions<T>): Promise<T> {
  const { node, connection, request, operation, find, patienceMs, pollMs = POLL_MS, signal } = options
  const end = performance.now() + patienceMs
  for (;;) {
    const done = await find(signal).catch(error => {
      // REFUSED says that nothing was paid: a look that is refused does not say that of an earlier attempt.
      if (!(error instanceof RefusedError)) throw error
      throw new UnavailableError(
        `no look at whether the ${operation} happened before: ${error.message}`,
        error.details,
        error,
      )
    })
    if (done !== undefined) return done
    await demandNothingPending(node, operation, signal)
    const outcome = await send(connection, request, signal)
    if (outcome === 'busy') {
      if (performance.now() > end) throw unfinished(operation, connection, false)
      await pause(pollMs, signal, operation)
      continue
    }
    return await arrived({ ...options, end, cause: outcome === 'done' ? undefined : outcome, pollMs })
  }
}

async function arrived<T>(
  options: PaymentOptions<T> & { end: number; cause: RemoteLogError | undefined; pollMs: number },
): Promise<T> {
  const { find, operation, connection, signal, end, cause, pollMs } = options
  let last = cause
  do {
    try {
      const found = await find(signal)
      if (found !== undefined) return found
    } catch (error) {
      // A look that is refused says nothing of what was sent.
      if (error instanceof RefusedError) throw unfinished(operation, connection, true, error)
      if (!(error instanceof UnavailableError)) throw markSent(error)
      last = error
    }
    await pause(pollMs, signal, operation).catch(error => {
      throw markSent(error)
    })
  } while (performance.now() < end)
  throw unfinished(operation, connection, true, last)
}

/** Whoever stopped it must know that it may still happen. */
function markSent(error: unknown): unknown {
  if (!(error instanceof AbortedError)) return error
  return new AbortedError(
    `${error.message}; it was sent and may still happen`,
    { ...error.details, sent: true },
    error.cause,
  )
}

async function send(
  connection: BeeConnection,
  request: BeeRequest,
  signal: AbortSignal | undefined,
): Promise<'done' | 'busy' | RemoteLogError> {
  const origin = { url: connection.shownUrl, route: request.route }
  try {
    const answer = await connection.request(request, signal)
    if (answer.status === 201 || answer.status === 202) return 'done'
    if (answer.status === 429) return 'busy'
    if (answer.status === 503 && /syncing/.test(messageOf(answer))) throw unavailable(answer, origin)
    const refusal = refusalOf(answer, origin)
    if (refusal) throw refusal
    return unavailable(answer, origin)
  } catch (error) {
    if (error instanceof AbortedError) throw markSent(error)
    if (error instanceof UnavailableError && error.details.status === undefined) return error
    throw error
  }
}

/** What says that nothing was paid (`pkg/api/postage.go`; bee-recordings/stamps.json). */
function refusalOf(answer: BeeAnswer, origin: AnswerOrigin): RemoteLogError | undefined {
  if (isWebPage(answer)) return undefined
  const message = messageOf(answer)
  const what = `${origin.url} answered ${origin.route} by ${answer.status}: ${message}`
  const details = { ...origin, status: answer.status }
  if (answer.status === 402 || message === 'out of funds') return refused('out-of-funds', what, details)
  if (message.startsWith('insufficient amount')) return refused('too-short', what, details)
  if (message === 'invalid depth' || message === 'cannot dilute batch')
    return refused('dilution', what, details)
  return answer.status < 500 ? writeError(answer, origin) : undefined
}

/** A transaction of an earlier attempt that waits to be mined (`GET /transactions`; not every node has the route). */
async function demandNothingPending(
  node: BeeNode,
  operation: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = { method: 'GET', route: '/transactions' } as const
  const { status, bytes } = await node.connection.request(request, signal)
  if (status !== 200) return
  const pendingTransactions = parseObject(bytes)?.pendingTransactions
  if (!Array.isArray(pendingTransactions) || pendingTransactions.length === 0) return
  const { shownUrl: url } = node.connection
  throw new UnavailableError(
    `${url} has a transaction that is not mined yet, maybe this very ${operation}: run it again when it is`,
    { url, pending: pendingTransactions.length },
  )
}

function unfinished(
  operation: string,
  { shownUrl: url }: BeeConnection,
  sent: boolean,
  cause?: RemoteLogError,
): UnavailableError {
  const what = sent
    ? `the ${operation} was sent to ${url} and is not seen yet; running it again looks for it before it pays`
    : `${url} is busy with another operation on the chain: the ${operation} was not sent`
  return new UnavailableError(what, { url, sent }, cause)
}
