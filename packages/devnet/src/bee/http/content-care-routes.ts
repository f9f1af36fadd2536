import { SPAN_BYTES } from '@remote-log/core'
import type { BeeParts } from '../bee-parts.ts'
import { type Fetch, fileChunks } from '../file-reader.ts'
import { checksummed } from '../identity.ts'
import { isManifest } from '../manifest-node.ts'
import { signStamp, timestampBytes } from '../stamp.ts'
import type { SwarmChunk } from '../swarm-chunk.ts'
import type { Exchange } from './exchange.ts'
import { address, headerParameters, hex, pathParameters, queryParameters, required } from './parameters.ts'
import { notImitated, Refusal } from './refusal.ts'
import type { Route } from './server.ts'
import { beginSession } from './upload-parameters.ts'

/** Pins, stewardship and envelopes (Bee: `pkg/api/pin.go`, `stewardship.go`, `envelope.go`). */
export function contentCareRoutes(bee: BeeParts): Route[] {
  const reference = (exchange: Exchange) =>
    pathParameters(exchange, { reference: required(address) }).reference
  return [
    { path: '/pins', methods: { GET: exchange => exchange.json(200, { references: bee.pins.all() }) } },
    { path: '/pins/check', methods: { GET: exchange => check(bee, exchange) } },
    {
      path: '/pins/:reference',
      methods: {
        POST: exchange => pin(bee, exchange, reference(exchange)),
        GET: exchange => {
          const root = reference(exchange)
          if (!bee.pins.has(root)) throw new Refusal(404, 'Not Found')
          exchange.json(200, { reference: root.toString('hex') })
        },
        DELETE: async exchange => {
          const root = reference(exchange)
          if (!bee.pins.has(root)) throw new Refusal(404, 'Not Found')
          await bee.pins.delete(root)
          exchange.status(200, 'OK')
        },
      },
    },
    {
      path: '/stewardship/:address',
      methods: {
        GET: exchange => {
          const { address: root } = pathParameters(exchange, { address: required(address) })
          exchange.json(200, {
            isRetrievable: allOf(root, chunk => bee.chunks.fromNetwork(chunk)) !== undefined,
          })
        },
        PUT: exchange => reupload(bee, exchange),
      },
    },
    { path: '/envelope/:address', methods: { POST: exchange => envelope(bee, exchange) } },
  ]
}

/** All chunks of a file, or undefined where one is missing. @throws Refusal 501 for manifests */
function allOf(root: Buffer, fetch: Fetch): SwarmChunk[] | undefined {
  const chunks: SwarmChunk[] = []
  for (const { chunk } of fileChunks(root, fetch)) {
    if (!chunk) return undefined
    if (
      chunks.length === 0 &&
      root.length === 32 &&
      !chunk.version &&
      isManifest(chunk.bytes.subarray(SPAN_BYTES))
    ) {
      throw notImitated('the traversal of manifests')
    }
    chunks.push(chunk)
  }
  return chunks
}

async function pin(bee: BeeParts, exchange: Exchange, root: Buffer): Promise<void> {
  if (bee.pins.has(root)) return exchange.status(200, 'OK')
  const chunks = allOf(root, chunk => bee.chunks.get(chunk))
  if (!chunks) throw new Refusal(500, 'pin collection failed')
  await bee.network.store.write(chunks.flatMap(chunk => bee.chunks.keep(chunk)))
  await bee.pins.add(root)
  return exchange.status(201, 'Created')
}

/** One line of JSON for each pinned root, or the one that is asked for. */
function check(bee: BeeParts, exchange: Exchange): void {
  const { ref } = queryParameters(exchange, { ref: hex })
  const roots = ref ? [ref.toString('hex')] : bee.pins.all()
  const lines = roots.map(reference => {
    let [total, missing] = [0, 0]
    for (const { chunk } of fileChunks(Buffer.from(reference, 'hex'), found => bee.chunks.local(found))) {
      total++
      if (!chunk) missing++
    }
    return `${JSON.stringify({ reference, total, missing, invalid: 0 })}\n`
  })
  exchange.text(200, lines.join(''), { 'Content-Type': 'application/json; charset=utf-8' })
}

async function reupload(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: root } = pathParameters(exchange, { address: required(address) })
  const headers = headerParameters(exchange, { 'Swarm-Postage-Batch-Id': required(hex) })
  const batch = headers['Swarm-Postage-Batch-Id']
  const session = await beginSession(bee, () => bee.batches.stamper(batch), {
    deferred: false,
    tag: undefined,
  })
  const chunks = allOf(root, chunk => bee.chunks.get(chunk))
  if (!chunks) throw new Refusal(500, 're-upload failed')
  for (const chunk of chunks) await session.put(chunk)
  await session.done()
  exchange.status(200, 'OK')
}

/** Stamps a chunk that is uploaded elsewhere: the signature must hold for everyone. */
async function envelope(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: chunk } = pathParameters(exchange, { address: required(address) })
  const headers = headerParameters(exchange, { 'Swarm-Postage-Batch-Id': required(hex) })
  const stamper = bee.batches.stamper(headers['Swarm-Postage-Batch-Id'])
  const { stamp, writes } = stamper({ address: chunk, bytes: new Uint8Array() })
  await bee.network.store.write(writes)
  const signed = signStamp(bee.identity.privateKey, chunk, stamp)
  exchange.json(201, {
    issuer: checksummed(bee.identity.address),
    index: stamp.index.toString('hex'),
    timestamp: timestampBytes(stamp.timestamp).toString('hex'),
    signature: signed.subarray(48).toString('hex'),
  })
}
