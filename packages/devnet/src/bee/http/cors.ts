import type { IncomingMessage } from 'node:http'
import type { HeaderList } from './exchange.ts'

/** What Bee allows scripts of other origins to send (`pkg/api/api.go`). */
const ALLOWED_HEADERS = [
  'User-Agent, Accept, X-Requested-With, Access-Control-Request-Headers, Access-Control-Request-Method',
  'Accept-Ranges, Content-Encoding, Authorization, Accept-Encoding, Content-Type, Content-Disposition, Range, Origin',
  'Swarm-Tag, Swarm-Pin, Swarm-Encrypt, Swarm-Index-Document, Swarm-Error-Document, Swarm-Collection',
  'Swarm-Postage-Batch-Id, Swarm-Postage-Stamp, Swarm-Deferred-Upload, Swarm-Redundancy-Level',
  'Swarm-Redundancy-Strategy, Swarm-Redundancy-Fallback-Mode, Swarm-Chunk-Retrieval-Timeout',
  'Swarm-Lookahead-Buffer-Size, Swarm-Feed-Index, Swarm-Feed-Index-Next, Swarm-Soc-Signature',
  'Swarm-Only-Root-Chunk, Gas-Price, Gas-Limit, Immutable, Swarm-Act, Swarm-Act-Timestamp, Swarm-Act-Publisher',
  'Swarm-Act-History-Address',
].join(', ')

/** The headers by which a request's origin may read the answer; undefined where it has none or may not. */
export function corsHeaders(
  request: IncomingMessage,
  allowedOrigins: readonly string[],
): HeaderList | undefined {
  const { origin } = request.headers
  if (!origin) return undefined
  const sameHost = origin === `http://${request.headers.host}`
  if (!sameHost && !allowedOrigins.includes('*') && !allowedOrigins.includes(origin)) return undefined
  return {
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Allow-Headers': ALLOWED_HEADERS,
    'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS, POST, PUT, DELETE',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Max-Age': '3600',
  }
}
