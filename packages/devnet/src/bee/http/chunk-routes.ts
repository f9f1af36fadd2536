import { SPAN_BYTES } from '@remote-log/core'
import type { BeeParts } from '../bee-parts.ts'
import { CAC_MAX_BYTES, contentChunk, SOC_MAX_BYTES, singleOwnerChunk } from '../swarm-chunk.ts'
import type { Exchange } from './exchange.ts'
import { address, headerParameters, pathParameters, required } from './parameters.ts'
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

/** Single chunks (Bee: `pkg/api/chunk.go`). */
export function chunkRoutes(bee: BeeParts): Route[] {
  return [
    { path: '/chunks', methods: { POST: exchange => upload(bee, exchange) } },
    {
      path: '/chunks/:address',
      content: true,
      methods: { GET: exchange => download(bee, exchange), HEAD: exchange => head(bee, exchange) },
    },
  ]
}

async function upload(bee: BeeParts, exchange: Exchange): Promise<void> {
  const headers = headerParameters(exchange, { ...STAMP_HEADERS, ...SESSION_HEADERS })
  refuseSpecialUploads(headers)
  // Only a tag defers here: Bee does not look at Swarm-Deferred-Upload.
  const tag = headers['Swarm-Tag']
  const session = await beginSession(bee, () => chunkStamper(bee, headers), { deferred: Boolean(tag), tag })
  const body = await exchange.body(SOC_MAX_BYTES)
  if (body.length < SPAN_BYTES) throw new Refusal(400, 'insufficient data length')
  // Bee tries "content addressed" first and looks at the length alone: a short single-owner chunk is stored as content.
  const chunk = body.length <= CAC_MAX_BYTES ? contentChunk(body) : singleOwnerChunk(body)
  if (!chunk) throw new Refusal(500, 'create chunk error')
  await session.put(chunk)
  await session.done()
  exchange.json(201, { reference: chunk.address.toString('hex') }, tagHeaders(session))
}

const DOWNLOAD_TYPE = 'binary/octet-stream'

async function download(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  const { cache } = readParameters(exchange)
  const chunk = reference.length === 32 ? await bee.chunks.fetch(reference, cache) : undefined
  if (chunk) exchange.send(200, chunk.bytes, { 'Content-Type': DOWNLOAD_TYPE })
  else if (bee.network.manyPeers && reference.length === 32) throw new Refusal(404, 'chunk not found')
  else throw new Refusal(500, 'read chunk failed')
}

/** Looks on the node's own disk alone. */
function head(bee: BeeParts, exchange: Exchange): void {
  const { address: reference } = pathParameters(exchange, { address: required(address) })
  if (bee.chunks.local(reference)) exchange.status(200, 'OK')
  else exchange.status(404, 'Not Found')
}
