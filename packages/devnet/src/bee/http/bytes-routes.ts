import { SPAN_BYTES } from '@remote-log/core'
import type { BeeParts } from '../bee-parts.ts'
import { bringBytes, fileBytes, type TreeChunk, treeChunk, trimmed } from '../file-reader.ts'
import { replicaIds } from '../replicas.ts'
import { CAC_MAX_BYTES, singleOwnerParts } from '../swarm-chunk.ts'
import type { Level } from '../tree-shape.ts'
import { DEFAULT_LEVEL, uploadFile } from '../upload-file.ts'
import type { Exchange, HeaderList } from './exchange.ts'
import { address, headerParameters, hex, pathParameters, redundancyLevel, required } from './parameters.ts'
import { Refusal } from './refusal.ts'
import { type Content, serveContent } from './serve-content.ts'
import type { Route } from './server.ts'
import {
  beginSession,
  readParameters,
  refuseSpecialUploads,
  SESSION_HEADERS,
  tagHeaders,
} from './upload-parameters.ts'

/** Files (Bee: `pkg/api/bytes.go`). */
export function bytesRoutes(bee: BeeParts): Route[] {
  return [
    { path: '/bytes', methods: { POST: exchange => upload(bee, exchange) } },
    {
      path: '/bytes/:address',
      content: true,
      methods: { GET: exchange => download(bee, exchange), HEAD: exchange => head(bee, exchange) },
    },
  ]
}

async function upload(bee: BeeParts, exchange: Exchange): Promise<void> {
  const headers = headerParameters(exchange, {
    'Swarm-Postage-Batch-Id': required(hex),
    ...SESSION_HEADERS,
    'Swarm-Redundancy-Level': redundancyLevel,
  })
  refuseSpecialUploads(headers)
  const pin = headers['Swarm-Pin'] ?? false
  const session = await beginSession(bee, () => bee.batches.stamper(headers['Swarm-Postage-Batch-Id']), {
    deferred: pin || (headers['Swarm-Deferred-Upload'] ?? true),
    tag: headers['Swarm-Tag'],
  })
  const level = headers['Swarm-Redundancy-Level'] ?? DEFAULT_LEVEL
  const options = { level, encrypt: headers['Swarm-Encrypt'] ?? false }
  const root = await uploadFile(exchange.pieces(), options, chunk => session.put(chunk))
  await session.done(root)
  if (pin) await bee.pins.add(root)
  exchange.json(201, { reference: root.toString('hex') }, tagHeaders(session))
}

async function download(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  const { cache, level, readAhead } = readParameters(exchange)
  const root = await rootChunk(bee, reference, { cache, level })
  if (!root) throw new Refusal(404, 'Not Found')
  const file = { root, reference, cache, readAhead, type: 'application/octet-stream' }
  await serveFile(bee, exchange, file, { 'Access-Control-Expose-Headers': 'Content-Disposition' })
}

/** Bee does not take the level off the span here: it sends a length that is negative, which clients refuse. */
async function head(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  const chunk = reference.length === 32 ? await bee.chunks.fetch(reference, true, true) : undefined
  if (!chunk || chunk.version) return exchange.empty(404)
  return exchange.empty(200, {
    'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Encoding',
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(Buffer.from(chunk.bytes).readBigInt64LE(0)),
  })
}

/** A file's root, or where it is missing one of its replicas. Undefined where none is to be had. @throws Refusal */
export async function rootChunk(
  bee: BeeParts,
  reference: Buffer,
  { cache, level }: { readonly cache: boolean; readonly level: Level },
): Promise<TreeChunk | undefined> {
  if (reference.length !== 32 && reference.length !== 64) throw new Refusal(500, 'joiner failed')
  const root = reference.subarray(0, 32)
  const chunk = await bee.chunks.fetch(root, cache, true)
  const key = reference.length === 64 ? reference.subarray(32) : undefined
  if (!chunk) {
    const found = await replica(bee, root, level)
    return found && treeChunk(key ? found : trimmed(found), key)
  }
  const { bytes } = chunk
  if (chunk.version || bytes.length < SPAN_BYTES || bytes.length > CAC_MAX_BYTES) {
    throw new Refusal(500, 'joiner failed')
  }
  return treeChunk(bytes, key)
}

/** What a replica wraps: the root, filled up with zeros. */
async function replica(bee: BeeParts, root: Buffer, level: Level): Promise<Buffer | undefined> {
  for (const { address: at } of replicaIds(root, level)) {
    const found = await bee.chunks.fetch(at, true, true)
    if (found?.version?.equals(root)) return singleOwnerParts(found.bytes).wrapped
  }
  return undefined
}

/** Answers with the file below a root chunk. */
export function serveFile(
  bee: BeeParts,
  exchange: Exchange,
  file: {
    readonly root: TreeChunk
    readonly reference: Buffer
    readonly cache: boolean
    readonly readAhead?: number | undefined
    readonly type: string
  },
  headers: HeaderList,
): Promise<void> {
  const content: Content = {
    length: file.root.span,
    type: file.type,
    etag: `"${file.reference.toString('hex')}"`,
    modified: bee.network.clock.now(),
    readAhead: file.readAhead,
    bytes: (from, to) => fileBytes(file.root, from, to, chunk => bee.chunks.get(chunk, file.cache)),
    // What a poor node waited for it keeps, as otherwise it would pay for it twice.
    ...(bee.chunks.poor && {
      bring: (from, to) => bringBytes(file.root, from, to, chunk => bee.chunks.fetch(chunk, true, true)),
    }),
  }
  return serveContent(exchange, content, headers)
}
