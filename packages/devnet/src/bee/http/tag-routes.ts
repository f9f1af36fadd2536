import type { BeeParts } from '../bee-parts.ts'
import type { Exchange } from './exchange.ts'
import { pathParameters, queryParameters, required, uint } from './parameters.ts'
import { Refusal } from './refusal.ts'
import type { Route } from './server.ts'

const UNCACHED = { 'Cache-Control': 'no-cache, private, max-age=0' }
const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' }
/** Bytes that a PATCH may have. */
const PATCH_LIMIT = 1024

/** Upload counters (Bee: `pkg/api/tag.go`). */
export function tagRoutes(bee: BeeParts): Route[] {
  const uid = (exchange: Exchange) => pathParameters(exchange, { id: required(uint(64)) }).id
  const find = (exchange: Exchange) => {
    const tag = bee.tags.get(uid(exchange))
    if (!tag) throw new Refusal(404, 'tag not present')
    return tag
  }
  return [
    {
      path: '/tags',
      methods: {
        POST: async exchange => exchange.json(201, await bee.tags.create(), UNCACHED),
        GET: exchange => {
          const { offset = 0, limit = 100 } = queryParameters(exchange, { offset: uint(31), limit: uint(31) })
          exchange.json(200, { tags: bee.tags.all().slice(offset, offset + Math.min(limit, 1000)) })
        },
      },
    },
    {
      path: '/tags/:id',
      methods: {
        GET: exchange => exchange.json(200, find(exchange), UNCACHED),
        DELETE: async exchange => {
          await bee.tags.delete(uid(exchange))
          exchange.empty(204, JSON_TYPE)
        },
        PATCH: async exchange => {
          const tag = find(exchange)
          tag.address = addressIn(await exchange.body(PATCH_LIMIT)) ?? tag.address
          await bee.network.store.write(bee.tags.writes(tag))
          exchange.status(200, 'ok')
        },
      },
    },
  ]
}

/** The `address` of a JSON body. @throws Refusal 400 */
function addressIn(body: Buffer): string | undefined {
  if (body.length === 0) return undefined
  try {
    const parsed: unknown = JSON.parse(body.toString())
    const address =
      typeof parsed === 'object' && parsed !== null && 'address' in parsed ? parsed.address : undefined
    return typeof address === 'string' && /^[0-9a-f]*$/.test(address) ? address : undefined
  } catch {
    throw new Refusal(400, 'Bad Request')
  }
}
