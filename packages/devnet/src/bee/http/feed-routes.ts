import { SPAN_BYTES } from '@remote-log/core'
import type { BeeParts } from '../bee-parts.ts'
import { type FeedUpdate, feedIndex, newestUpdate } from '../feed-lookup.ts'
import { saveFeedManifest } from '../feed-manifest.ts'
import { DEFAULT_LEVEL, uploadFile } from '../upload-file.ts'
import type { Exchange } from './exchange.ts'
import { bool, headerParameters, hex, pathParameters, redundancyLevel, required } from './parameters.ts'
import { notImitated, Refusal } from './refusal.ts'
import type { Route } from './server.ts'
import { serveWrapped } from './soc-routes.ts'
import { beginSession, readParameters, refuseSpecialUploads, SESSION_HEADERS } from './upload-parameters.ts'

/** Sequence feeds (Bee: `pkg/api/feed.go`). */
export function feedRoutes(bee: BeeParts): Route[] {
  const methods = {
    GET: (exchange: Exchange) => lookUp(bee, exchange),
    POST: (exchange: Exchange) => makeManifest(bee, exchange),
  }
  return [{ path: '/feeds/:owner/:topic', content: true, methods }]
}

async function lookUp(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { owner, topic } = pathParameters(exchange, { owner: required(hex), topic: required(hex) })
  const { 'Swarm-Only-Root-Chunk': onlyRoot } = headerParameters(exchange, { 'Swarm-Only-Root-Chunk': bool })
  const { cache } = readParameters(exchange)
  if (exchange.query.after !== undefined) throw notImitated('the query parameter `after` of /feeds')
  const update = newestUpdate(owner, topic, address => bee.chunks.get(address, cache))
  if (!update) throw new Refusal(404, bee.network.manyPeers ? 'no update found' : 'lookup at failed')

  const { wrapped, version } = resolve(bee, update, cache)
  await serveWrapped(bee, exchange, {
    wrapped,
    onlyRoot: onlyRoot ?? false,
    cache,
    names: ['Swarm-Feed-Index', 'Swarm-Feed-Index-Next', 'Swarm-Soc-Signature'],
    headers: {
      'Swarm-Feed-Index': feedIndex(update.index).toString('hex'),
      'Swarm-Feed-Index-Next': feedIndex(update.index + 1).toString('hex'),
      'Swarm-Feed-Resolved-Version': version,
      'Swarm-Soc-Signature': update.signature.toString('hex'),
    },
  })
}

/** An update of exactly time (8) and reference (32) stands for what it refers to. @throws Refusal 404, 501 */
function resolve(
  bee: BeeParts,
  { wrapped }: FeedUpdate,
  cache: boolean,
): { wrapped: FeedUpdate['wrapped']; version: 'v1' | 'v2' } {
  const payload = Buffer.from(wrapped.bytes).subarray(SPAN_BYTES)
  if (payload.length === 8 + 64) throw notImitated('encryption (a feed update of 72 bytes)')
  if (payload.length !== 8 + 32) return { wrapped, version: 'v2' }
  const target = bee.chunks.get(payload.subarray(8), cache)
  if (!target) throw new Refusal(404, 'wrapped chunk cannot be retrieved')
  return { wrapped: target, version: 'v1' }
}

async function makeManifest(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { owner, topic } = pathParameters(exchange, { owner: required(hex), topic: required(hex) })
  const headers = headerParameters(exchange, {
    'Swarm-Postage-Batch-Id': required(hex),
    ...SESSION_HEADERS,
    'Swarm-Redundancy-Level': redundancyLevel,
  })
  refuseSpecialUploads(headers)
  const pin = headers['Swarm-Pin'] ?? false
  if (pin) throw notImitated('pinning of manifests')
  const session = await beginSession(bee, () => bee.batches.stamper(headers['Swarm-Postage-Batch-Id']), {
    deferred: headers['Swarm-Deferred-Upload'] ?? true,
    tag: headers['Swarm-Tag'],
  })
  const options = {
    level: headers['Swarm-Redundancy-Level'] ?? DEFAULT_LEVEL,
    encrypt: headers['Swarm-Encrypt'] ?? false,
  }
  const root = await saveFeedManifest(owner.toString('hex'), topic.toString('hex'), node =>
    uploadFile([node], options, chunk => session.put(chunk)),
  )
  await session.done(root)
  exchange.json(201, { reference: root.toString('hex') })
}
