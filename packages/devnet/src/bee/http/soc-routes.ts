import { CHUNK_BYTES, SPAN_BYTES } from '@remote-log/core'
import type { BeeParts } from '../bee-parts.ts'
import { fileLength, type TreeChunk, treeChunk } from '../file-reader.ts'
import { CAC_MAX_BYTES, singleOwnerAddress, singleOwnerChunk, singleOwnerParts } from '../swarm-chunk.ts'
import { serveFile } from './bytes-routes.ts'
import type { Exchange } from './exchange.ts'
import { bool, headerParameters, hex, pathParameters, queryParameters, required } from './parameters.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './server.ts'
import {
  beginSession,
  chunkStamper,
  readParameters,
  refuseSpecialUploads,
  SESSION_HEADERS,
  STAMP_HEADERS,
  tagHeaders,
} from './upload-parameters.ts'

/** Single-owner chunks (Bee: `pkg/api/soc.go`). */
export function socRoutes(bee: BeeParts): Route[] {
  const methods = {
    GET: (exchange: Exchange) => download(bee, exchange),
    POST: (exchange: Exchange) => upload(bee, exchange),
  }
  return [{ path: '/soc/:owner/:id', content: true, methods }]
}

async function upload(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { owner, id } = pathParameters(exchange, { owner: required(hex), id: required(hex) })
  const { sig } = queryParameters(exchange, { sig: required(hex) })
  const headers = headerParameters(exchange, { ...STAMP_HEADERS, ...SESSION_HEADERS })
  refuseSpecialUploads(headers)
  const pin = headers['Swarm-Pin'] ?? false
  const tag = headers['Swarm-Tag']
  const session = await beginSession(bee, () => chunkStamper(bee, headers), {
    deferred: pin || (headers['Swarm-Deferred-Upload'] ?? Boolean(tag)),
    tag,
  })
  const body = await exchange.body(CAC_MAX_BYTES)
  if (body.length < SPAN_BYTES) throw new Refusal(400, 'short chunk data')
  if (owner.length !== 20) throw new Refusal(401, 'invalid address')
  const chunk = id.length === 32 && sig.length === 65 && singleOwnerChunk(Buffer.concat([id, sig, body]))
  if (!chunk || !owner.equals(chunk.owner)) throw new Refusal(401, 'invalid chunk')
  try {
    await session.put(chunk)
    await session.done(chunk.address)
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(400, 'chunk write error')
    throw error
  }
  if (pin) await bee.pins.add(chunk.address)
  exchange.json(201, { reference: chunk.address.toString('hex') }, tagHeaders(session))
}

async function download(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { owner, id } = pathParameters(exchange, { owner: required(hex), id: required(hex) })
  const { 'Swarm-Only-Root-Chunk': onlyRoot } = headerParameters(exchange, { 'Swarm-Only-Root-Chunk': bool })
  const { cache } = readParameters(exchange)
  const chunk = await bee.chunks.fetch(singleOwnerAddress(id, owner), cache)
  if (!chunk?.version) throw new Refusal(404, 'requested chunk cannot be retrieved')
  const { signature, wrapped } = singleOwnerParts(chunk.bytes)
  await serveWrapped(bee, exchange, {
    wrapped: { address: chunk.version, bytes: wrapped },
    onlyRoot: onlyRoot ?? false,
    cache,
    names: ['Swarm-Soc-Signature'],
    headers: { 'Swarm-Soc-Signature': signature.toString('hex') },
  })
}

/** Answers with what a single-owner chunk wraps: its payload, the file below it, or (`onlyRoot`) its bytes. */
export async function serveWrapped(
  bee: BeeParts,
  exchange: Exchange,
  options: {
    readonly wrapped: { readonly address: Buffer; readonly bytes: Uint8Array }
    readonly onlyRoot: boolean
    readonly cache: boolean
    /** Headers that scripts may read. */
    readonly names: readonly string[]
    readonly headers: Record<string, string>
  },
): Promise<void> {
  const { wrapped, names, headers, cache } = options
  if (options.onlyRoot) {
    exchange.send(200, wrapped.bytes, {
      'Content-Type': 'application/octet-stream',
      'Access-Control-Expose-Headers': names.join(', '),
      ...headers,
    })
    return
  }
  const payloadOnly = fileLength(wrapped.bytes) <= CHUNK_BYTES
  const root = payloadOnly ? leaf(wrapped.bytes) : treeChunk(wrapped.bytes)
  const expose = { 'Access-Control-Expose-Headers': [...names, 'Content-Disposition'].join(', ') }
  const file = { root, reference: wrapped.address, cache, type: 'application/octet-stream' }
  await serveFile(bee, exchange, file, { ...expose, ...headers })
}

/** Where the span is no more than a chunk's, Bee serves the payload that is there, whatever the span says. */
function leaf(bytes: Uint8Array): TreeChunk {
  return { ...treeChunk(bytes), span: bytes.length - SPAN_BYTES }
}
