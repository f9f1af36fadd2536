import { type BeeParts, beginUpload, sessionTag } from '../bee-parts.ts'
import { parseStamp } from '../stamp.ts'
import type { Level } from '../tree-shape.ts'
import type { Stamper, UploadSession } from '../upload-session.ts'
import type { Exchange, HeaderList } from './exchange.ts'
import { bool, headerParameters, hex, redundancyLevel, uint } from './parameters.ts'
import { notImitated, Refusal } from './refusal.ts'

/** Uploads of whole files and manifests need a batch of the node; single chunks take a client's stamp as well. */
export const STAMP_HEADERS = { 'Swarm-Postage-Batch-Id': hex, 'Swarm-Postage-Stamp': hex } as const
export const SESSION_HEADERS = {
  'Swarm-Tag': uint(64),
  'Swarm-Pin': bool,
  'Swarm-Deferred-Upload': bool,
  'Swarm-Encrypt': bool,
  'Swarm-Act': bool,
} as const

/** @throws Refusal 501 where the upload asks for what this node does not imitate */
export function refuseSpecialUploads(headers: { 'Swarm-Act'?: boolean | undefined }): void {
  if (headers['Swarm-Act']) throw notImitated('access control (ACT)')
}

/** The stamper for /chunks and /soc. @throws Refusal 400, 404, 422 */
export function chunkStamper(
  bee: BeeParts,
  headers: { 'Swarm-Postage-Batch-Id'?: Buffer | undefined; 'Swarm-Postage-Stamp'?: Buffer | undefined },
): Stamper {
  const { 'Swarm-Postage-Batch-Id': batch, 'Swarm-Postage-Stamp': bytes } = headers
  if (bytes) {
    const stamp = parseStamp(bytes)
    if (!stamp) throw new Refusal(400, 'Stamp deserialization failure')
    return bee.batches.presigned(stamp)
  }
  if (batch) return bee.batches.stamper(batch)
  throw new Refusal(
    400,
    "Either 'Swarm-Postage-Stamp' or 'Swarm-Postage-Batch-Id' header must be set in the request",
  )
}

/** Begins an upload that is deferred under a tag (the one named, or a new one) or direct. @throws Refusal 404 */
export async function beginSession(
  bee: BeeParts,
  stamper: () => Stamper,
  options: { readonly deferred: boolean; readonly tag: number | undefined },
): Promise<UploadSession> {
  // Bee looks for the tag before the batch, but makes a new one only for uploads that go on.
  const named = options.deferred && options.tag ? await sessionTag(bee, options.tag) : undefined
  const stamp = stamper()
  return beginUpload(bee, stamp, options.deferred ? (named ?? (await sessionTag(bee, undefined))) : undefined)
}

/** What an upload's answer says about its tag. */
export function tagHeaders(session: UploadSession): HeaderList {
  const expose = { 'Access-Control-Expose-Headers': 'Swarm-Tag' }
  return session.tag ? { ...expose, 'Swarm-Tag': String(session.tag.uid) } : expose
}

/** The headers of reads, checked as Bee checks them. @throws Refusal 400, 501 */
export function readParameters(exchange: Exchange): {
  readonly cache: boolean
  readonly level: Level
  /** In bytes, where the client chose it. */
  readonly readAhead: number | undefined
} {
  const timeout = exchange.header('swarm-chunk-retrieval-timeout')
  if (timeout !== undefined && !/^[+-]?([0-9.]+(ns|us|µs|ms|s|m|h))+$/.test(timeout) && timeout !== '0') {
    throw new Refusal(400, 'could not parse headers')
  }
  if (exchange.header('swarm-act-publisher') || exchange.header('swarm-act-history-address')) {
    throw notImitated('access control (ACT)')
  }
  const {
    'Swarm-Cache': cache,
    'Swarm-Redundancy-Level': level,
    'Swarm-Lookahead-Buffer-Size': readAhead,
  } = headerParameters(exchange, {
    'Swarm-Cache': bool,
    'Swarm-Redundancy-Fallback-Mode': bool,
    'Swarm-Redundancy-Strategy': uint(8),
    'Swarm-Redundancy-Level': redundancyLevel,
    'Swarm-Lookahead-Buffer-Size': uint(31),
  })
  // The most that may be searched: Bee's default is all of a file of the highest level.
  return { cache: cache ?? true, level: level ?? 4, readAhead }
}
