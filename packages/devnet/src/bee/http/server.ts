import type { ServerResponse } from 'node:http'
import { LockedError, UnavailableError } from '@remote-log/core'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { corsHeaders } from './cors.ts'
import { Exchange } from './exchange.ts'
import { notImitated, Refusal } from './refusal.ts'
import { Sockets } from './sockets.ts'

export type Handler = (exchange: Exchange) => void | Promise<void>

/** A path of Bee's API and what its methods do. */
export interface Route {
  /** In fastify's notation. */
  readonly path: string
  /** By method; `*`: every method, as Bee's technical routes answer. */
  readonly methods: Readonly<Record<string, Handler>>
  /** Not under /v1. */
  readonly technical?: boolean
  /** GET answers are content: never compressed. */
  readonly content?: boolean
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Routes of Bee that this node refuses rather than fakes. */
const NOT_IMITATED =
  'pss grantee topology reservestate redistributionstate stake balances consumed settlements ' +
  'timesettlements chequebook transactions accounting connect blocklist pingpong welcome-message rchash loggers ' +
  'debugstore metrics'

export interface HttpServer {
  readonly port: number
  stop(): Promise<void>
}

/** Serves Bee's routes on 127.0.0.1. @throws LOCKED if the port is in use */
export async function startHttpServer(
  routes: readonly Route[],
  options: {
    readonly port: number
    readonly corsAllowedOrigins: readonly string[]
    /** Looks at requests before their handlers do. @throws Refusal */
    readonly admit: (technical: boolean, response: ServerResponse) => void
  },
): Promise<HttpServer> {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    keepAliveTimeout: 60_000,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { maxParamLength: 1000, ignoreTrailingSlash: false },
  })
  // Handlers read bodies themselves, whatever their type: Bee does not look at it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/octet-stream'
    done()
  })

  const sockets = new Sockets(app.server)

  const run =
    (route: Route | undefined, handler: Handler) => (request: FastifyRequest, reply: FastifyReply) => {
      reply.hijack()
      const cors = corsHeaders(request.raw, options.corsAllowedOrigins)
      const exchange = new Exchange({
        request: request.raw,
        response: reply.raw,
        path: request.params as Record<string, string>,
        query: request.query as Record<string, string>,
        always: cors ?? {},
        content: route?.content ?? false,
        upgrade: async () => {
          // gorilla/websocket refuses other origins, whose scripts could read everything.
          if (request.headers.origin !== undefined && !cors) throw new Refusal(403, 'Forbidden')
          return sockets.open(request.raw, reply.raw)
        },
      })
      void handle(exchange, exchange => {
        options.admit(route?.technical ?? false, reply.raw)
        return handler(exchange)
      })
    }

  for (const route of [...routes, ...refusedRoutes()]) {
    const byMethod = new Map<string, ReturnType<typeof run>>(
      METHODS.map(method => [method, run(route, handlerFor(route, method))]),
    )
    // One route for all methods: a route each would be half of what a node needs to start.
    const handler = (request: FastifyRequest, reply: FastifyReply) =>
      byMethod.get(request.method)!(request, reply)
    for (const path of route.technical ? [route.path] : [route.path, `/v1${route.path}`]) {
      app.route({ method: [...METHODS], url: path, handler })
    }
  }
  app.setNotFoundHandler(run(undefined, exchange => exchange.status(404, 'Not Found')))

  try {
    await app.listen({ host: '127.0.0.1', port: options.port })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') {
      throw new LockedError(
        `port ${options.port} is in use by another process`,
        { port: options.port },
        cause,
      )
    }
    throw new UnavailableError(`can't listen on port ${options.port}`, { port: options.port }, cause)
  }
  const bound = app.server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : options.port,
    stop: () => {
      sockets.stop()
      return app.close()
    },
  }
}

async function handle(exchange: Exchange, handler: Handler): Promise<void> {
  try {
    await handler(exchange)
  } catch (error) {
    if (exchange.response.headersSent) exchange.response.destroy()
    else if (error instanceof Refusal) exchange.refuse(error)
    else
      exchange.status(
        500,
        error instanceof Error ? `development node: ${error.message}` : 'Internal Server Error',
      )
  }
}

function handlerFor(route: Route, method: string): Handler {
  const own = route.methods[method] ?? (method === 'OPTIONS' ? undefined : route.methods['*'])
  if (own) return own
  const names = route.methods['*'] ? [...METHODS] : Object.keys(route.methods)
  const allow = names.sort().join(', ')
  if (method !== 'OPTIONS') return exchange => exchange.methodNotAllowed(allow)
  return exchange => {
    if (exchange.header('origin') === undefined) exchange.empty(200, { Allow: allow })
    else exchange.empty(204, { 'Access-Control-Allow-Methods': allow })
  }
}

function refusedRoutes(): Route[] {
  return NOT_IMITATED.split(' ').flatMap(name => {
    const refuse = () => {
      throw notImitated(`/${name}`)
    }
    const methods = { '*': refuse }
    return [
      { path: `/${name}`, methods },
      { path: `/${name}/*`, methods },
    ]
  })
}
