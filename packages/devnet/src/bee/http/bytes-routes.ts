import { CHUNK_BYTES, FileSplitter, SPAN_BYTES } from '@remote-log/core'
import type { BeeParts } from '../bee-parts.ts'
import { bringBytes, fileBytes, fileLength } from '../file-reader.ts'
import { CAC_MAX_BYTES } from '../swarm-chunk.ts'
import type { Exchange, HeaderList } from './exchange.ts'
import { address, headerParameters, hex, pathParameters, redundancyLevel, required } from './parameters.ts'
import { notImitated, Refusal } from './refusal.ts'
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
  // Bee 2.8.1 takes a missing level as 1. A file of one chunk has the same address at every level.
  const level = headers['Swarm-Redundancy-Level'] ?? 1
  const pin = headers['Swarm-Pin'] ?? false
  const session = await beginSession(bee, () => bee.batches.stamper(headers['Swarm-Postage-Batch-Id']), {
    deferred: pin || (headers['Swarm-Deferred-Upload'] ?? true),
    tag: headers['Swarm-Tag'],
  })
  const splitter = new FileSplitter()
  const take = async (chunks: Iterable<{ reference: string; bytes: Uint8Array }>) => {
    for (const { reference, bytes } of chunks)
      await session.put({ address: Buffer.from(reference, 'hex'), bytes })
  }
  const held: Buffer[] = []
  let length = 0
  for await (const piece of exchange.pieces()) {
    length += piece.length
    if (level > 0 && length > CHUNK_BYTES) {
      throw notImitated(`redundancy level ${level}: send Swarm-Redundancy-Level: 0 (a missing one means 1)`)
    }
    if (level > 0) held.push(piece)
    else await take(splitter.push(piece))
  }
  for (const piece of held) await take(splitter.push(piece))
  const file = splitter.finish()
  await take(file.chunks)
  const root = Buffer.from(file.root, 'hex')
  await session.done(root)
  if (pin) await bee.pins.add(root)
  exchange.json(201, { reference: file.root }, tagHeaders(session))
}

async function download(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  const { cache } = readParameters(exchange)
  const root = await rootChunk(bee, reference, cache)
  if (!root) throw new Refusal(404, 'Not Found')
  await serveFile(
    bee,
    exchange,
    { root, reference, cache },
    { 'Access-Control-Expose-Headers': 'Content-Disposition' },
  )
}

async function head(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  const root = await rootChunk(bee, reference, true)
  if (root) {
    exchange.empty(200, {
      'Access-Control-Expose-Headers': 'Accept-Ranges, Content-Encoding',
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(fileLength(root)),
    })
  } else {
    exchange.empty(404)
  }
}

/** The bytes of a file's root; undefined where it is not to be had. @throws Refusal */
async function rootChunk(bee: BeeParts, reference: Buffer, cache: boolean): Promise<Uint8Array | undefined> {
  if (reference.length === 64) throw notImitated('encryption')
  if (reference.length !== 32) throw new Refusal(500, 'joiner failed')
  const chunk = await bee.chunks.fetch(reference, cache, true)
  if (chunk && (chunk.version || chunk.bytes.length < SPAN_BYTES || chunk.bytes.length > CAC_MAX_BYTES)) {
    throw new Refusal(500, 'joiner failed')
  }
  return chunk?.bytes
}

/** Answers with the file below a root chunk. */
export function serveFile(
  bee: BeeParts,
  exchange: Exchange,
  file: { readonly root: Uint8Array; readonly reference: Buffer; readonly cache: boolean },
  headers: HeaderList,
): Promise<void> {
  const content: Content = {
    length: fileLength(file.root),
    type: 'application/octet-stream',
    etag: `"${file.reference.toString('hex')}"`,
    modified: bee.network.clock.now(),
    bytes: (from, to) => fileBytes(file.root, from, to, chunk => bee.chunks.get(chunk, file.cache)),
    // What a poor node waited for it keeps, as otherwise it would pay for it twice.
    ...(bee.chunks.poor && {
      bring: (from, to) => bringBytes(file.root, from, to, chunk => bee.chunks.fetch(chunk, true, true)),
    }),
  }
  return serveContent(exchange, content, headers)
}
