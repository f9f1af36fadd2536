import {
  CHUNK_BYTES,
  type Chunk,
  CorruptError,
  chunkPayload,
  type Reference,
  RefusedError,
  SPAN_BYTES,
  UnavailableError,
  withDetails,
} from '@remote-log/core'
import { type AnswerOrigin, isAbsence, isWebPage, refused, writeError } from './answer-error.ts'
import type { BeeAnswer } from './bee-connection.ts'
import type { BeeNode } from './bee-node.ts'
import { MAX_CHUNK_BYTES } from './limits.ts'
import type { ChunkPostage } from './stamps/chunk-postage.ts'
import { parseObject } from './tag.ts'

const CONTENT_TYPE = { 'content-type': 'application/octet-stream' }

/** Where chunks go and what pays for them. */
export interface UploadTarget {
  readonly node: BeeNode
  readonly postage: ChunkPostage
}

/** @throws REFUSED (`malformed`) for bytes that no chunk has */
export function demandChunkLength({ reference, bytes: { length } }: Chunk): void {
  if (length >= SPAN_BYTES && length <= MAX_CHUNK_BYTES) return
  throw refused('malformed', `a chunk can't have ${length} bytes`, { reference, length })
}

/**
 * Posts one chunk: deferred under a tag; without one the node answers when the network gave a receipt.
 * @throws REFUSED, UNAVAILABLE, CORRUPT (another reference in the answer), ABORTED
 */
export async function postChunk(
  { node, postage }: UploadTarget,
  chunk: Chunk,
  tag: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { reference, bytes } = chunk
  const paid = await postage.headersFor(chunk, signal)
  const headers = { ...CONTENT_TYPE, ...paid, ...(tag !== undefined && { 'swarm-tag': tag }) }
  const request = { method: 'POST', route: '/chunks', headers, body: bytes } as const
  try {
    return await node.call(request, signal, (answer, origin) => demandReference(reference, answer, origin))
  } catch (error) {
    throw aboutStore(error, reference, postage.batch)
  }
}

/** What became of a posted file: the tag that counts its chunks where the node named one, or that it takes no files. */
export type PostedFile = { readonly tag: string | undefined } | 'no files here'

/**
 * Posts a file of so many leaves, deferred, under a tag of its own which the node makes: what comes twice, because an
 * answer was lost, blurs no other's count.
 * @throws REFUSED, UNAVAILABLE, CORRUPT (another root in the answer), ABORTED
 */
export function postFile(
  target: UploadTarget,
  leaves: readonly Chunk[],
  root: Reference,
  signal: AbortSignal | undefined,
): Promise<PostedFile> {
  return postBytes(target, concatenated(leaves), root, undefined, signal)
}

/** Posts the bytes of a file, deferred, under a tag or one that the node makes. @throws as {@link postFile} */
export async function postBytes(
  { node, postage }: UploadTarget,
  body: Uint8Array,
  root: Reference,
  tag: string | undefined,
  signal: AbortSignal | undefined,
): Promise<PostedFile> {
  const paid = postage.fileHeaders
  if (!paid) return 'no files here'
  const headers = {
    ...CONTENT_TYPE,
    ...paid,
    // Bee 2.8.1 takes a missing level as 1, and then the root is another.
    'swarm-redundancy-level': '0',
    ...(tag !== undefined && { 'swarm-tag': tag }),
  }
  const request = { method: 'POST', route: '/bytes', headers, body } as const
  try {
    return await node.call(request, signal, (answer, origin): PostedFile => {
      if (takesNoFiles(answer)) return 'no files here'
      demandReference(root, answer, origin)
      return { tag: /^[1-9][0-9]{0,15}$/.exec(answer.headers.get('swarm-tag') ?? '')?.[0] }
    })
  } catch (error) {
    throw aboutStore(error, root, postage.batch)
  }
}

/** The error of a store that was given up, with what it was about and what to do. */
function aboutStore(error: unknown, reference: Reference, batch: string): unknown {
  if (error instanceof UnavailableError) {
    const what = `${error.message}; ${reference} did not go up: publish again later, or through another node`
    return new UnavailableError(what, { ...error.details, reference }, error)
  }
  return error instanceof RefusedError ? withDetails(error, { reference, batch }) : error
}

function concatenated(leaves: readonly Chunk[]): Uint8Array {
  const payloads = leaves.map(({ bytes }) => chunkPayload(bytes))
  const body = new Uint8Array(payloads.reduce((sum, { length }) => sum + length, 0))
  for (const [i, payload] of payloads.entries()) body.set(payload, i * CHUNK_BYTES)
  return body
}

/** A gateway without the route, or one that takes only small bodies: the chunks can go one by one. */
function takesNoFiles(answer: BeeAnswer): boolean {
  const { status } = answer
  if (status === 404) return isWebPage(answer) || (isAbsence(answer) && !/batch/.test(text(answer)))
  return status === 405 || status === 413 || status === 501
}

function demandReference(reference: Reference, answer: BeeAnswer, origin: AnswerOrigin): void {
  if (answer.status !== 201) throw writeError(answer, origin)
  const got = parseObject(answer.bytes)?.reference
  if (got === reference) return
  const { url, route } = origin
  if (typeof got !== 'string' || isWebPage(answer)) {
    throw new UnavailableError(`${url} answered ${route} without a reference`, { ...origin })
  }
  const what = `${url} answered ${route} of ${reference} by the reference ${got}`
  throw new CorruptError(`${what}; use another node`, { url, route, reference, got })
}

function text({ bytes }: BeeAnswer): string {
  return new TextDecoder().decode(bytes)
}
