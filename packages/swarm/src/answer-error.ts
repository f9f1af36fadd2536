import { RefusedError, type RemoteLogError, UnavailableError } from '@remote-log/core'
import type { BeeAnswer } from './bee-connection.ts'
import { MAX_QUOTE } from './limits.ts'
import { retryAfterMs } from './retry-after.ts'

/** Why a store was refused: `details.reason` of REFUSED. */
export type RefusalReason =
  | 'no-batch'
  | 'batch-unknown'
  | 'batch-not-usable'
  | 'batch-expired'
  | 'batch-full'
  | 'malformed'
  | 'forbidden'
  | 'rejected'
  | 'stamp-invalid'
  | 'depth-mismatch'
  | 'range'
  | 'batch-expiring'
  | 'batch-too-small'
  | 'out-of-funds'
  | 'too-short'
  | 'not-owner'
  | 'dilution'

/** Where an answer came from, for the error's message and details. */
export interface AnswerOrigin {
  /** Without user, password and query. */
  readonly url: string
  readonly route: string
}

/** Whether an answer is a web page: then something stands at the URL that is no Bee node. */
export function isWebPage({ headers, bytes }: BeeAnswer): boolean {
  if (/^text\/html|^application\/xhtml/i.test(headers.get('content-type') ?? '')) return true
  return /^\s*<(!doctype html|html)/i.test(text(bytes.subarray(0, 100)))
}

/** Whether the answer says "I do not have it": a 404 that is no web page (those say it of the path). */
export function isAbsence(answer: BeeAnswer): boolean {
  return answer.status === 404 && !isWebPage(answer)
}

/**
 * UNAVAILABLE for an answer that says nothing about what was asked. `details.transient` tells whether asking again
 * later may help: 429 and every 5xx (a busy Bee answers 500, a gateway 502 or 503), and `details.retryAfterMs` when.
 */
export function unavailable(answer: BeeAnswer, { url, route }: AnswerOrigin): UnavailableError {
  const { status } = answer
  const transient = status === 429 || status >= 500
  const what = isWebPage(answer)
    ? 'with a web page; is it a Bee node?'
    : `: ${messageOf(answer) || 'no message'}`
  const wait = status === 429 || status === 503 ? retryAfterMs(answer.headers) : undefined
  return new UnavailableError(`${url} answered ${route} by ${status} ${what}`.replace(' : ', ': '), {
    url,
    route,
    status,
    transient,
    answered: true,
    ...(wait !== undefined && { retryAfterMs: wait }),
  })
}

/** What an answer other than success to a write (or to the question for its batch) means. */
export function writeError(answer: BeeAnswer, origin: AnswerOrigin): RemoteLogError {
  const reason = isWebPage(answer) ? undefined : refusalOf(answer)
  if (reason === undefined) return unavailable(answer, origin)
  const { status } = answer
  return refused(reason, `${origin.url} answered ${origin.route} by ${status}: ${messageOf(answer)}`, {
    ...origin,
    status,
  })
}

/** REFUSED with its reason, and the remedy in the message. */
export function refused(
  reason: RefusalReason,
  what: string,
  details: Readonly<Record<string, string | number>>,
): RefusedError {
  return new RefusedError(`${what} (${REMEDIES[reason]})`, { ...details, reason })
}

const REMEDIES: Readonly<Record<RefusalReason, string>> = {
  'no-batch': 'configure the id of a postage batch (remote-log postage buy --use)',
  'batch-unknown': 'this node does not own that postage batch, or it ran out',
  'batch-not-usable': 'a new postage batch is usable after about ten blocks; one that ran out never again',
  'batch-expired': 'it ran out: buy another with remote-log postage buy',
  'batch-full': 'the postage batch is full: buy or dilute one with remote-log postage',
  'stamp-invalid': 'stamp with the key of the owner of the postage batch',
  'depth-mismatch':
    'say the depth that the chain has (remote-log postage own use), or dilute the batch to the other',
  malformed: 'these bytes are no chunk',
  forbidden: 'this node or gateway does not let you',
  rejected: 'this node does not take the request',
  range: 'the file ends before the range',
  'batch-expiring': 'add days to it: remote-log postage topup',
  'batch-too-small': 'make room: remote-log postage dilute, or buy a larger one',
  'out-of-funds': "fund the wallet with BZZ, and with the chain's own coin for gas",
  'too-short': 'buy more days: a batch lasts a day at least',
  'not-owner': 'only the node whose key owns a batch can do that',
  dilution: 'a dilution must make the depth larger and leave a day at least: top up first',
}

/** The refusals of Bee 2.8 (`pkg/api/chunk.go`, `postage.go`; recorded in chunks.json and full-batch.json). */
function refusalOf(answer: BeeAnswer): RefusalReason | undefined {
  const message = messageOf(answer)
  switch (answer.status) {
    case 402:
      return 'batch-full'
    case 422:
      return 'batch-not-usable'
    case 404:
      return /batch|issuer/.test(message) ? 'batch-unknown' : undefined
    case 400:
      if (/^stamp signature/.test(message)) return 'stamp-invalid'
      if (/^invalid batch id/.test(message)) return 'batch-unknown'
      return /usable/.test(message) ? 'batch-not-usable' : /length/.test(message) ? 'malformed' : 'rejected'
    case 413:
      return 'malformed'
    case 401:
    case 403:
      return 'forbidden'
    case 500:
      return message === 'create chunk error' ? 'malformed' : undefined
    default:
      return undefined
  }
}

/** The `message` of Bee's error body (`pkg/jsonhttp`), or the first characters of any other text. */
export function messageOf({ bytes }: BeeAnswer): string {
  const body = text(bytes)
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed)
      return quote(String(parsed.message))
  } catch {
    // No JSON: quoted as it is.
  }
  return quote(body)
}

function quote(message: string): string {
  return message
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MAX_QUOTE)
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
