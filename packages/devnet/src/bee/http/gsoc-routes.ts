import type { BeeParts } from '../bee-parts.ts'
import type { Exchange } from './exchange.ts'
import { address, pathParameters, required } from './parameters.ts'
import type { Route } from './server.ts'

const PING_MS = 60_000

/**
 * Messages on a single-owner chunk's address (Bee: `pkg/api/gsoc.go`): the payload of each such chunk that another node
 * of the network pushes. The node that pushed it hears nothing, and there is no history.
 */
export function gsocRoutes(bee: BeeParts): Route[] {
  return [{ path: '/gsoc/subscribe/:address', methods: { GET: exchange => subscribe(bee, exchange) } }]
}

async function subscribe(bee: BeeParts, exchange: Exchange): Promise<void> {
  const { address: cell } = pathParameters(exchange, { address: required(address) })
  const socket = await exchange.upgrade()
  const leave = bee.listeners.add(cell, payload => socket.send(payload, { binary: true }, () => {}))
  let callOff: (() => void) | undefined
  const ping = () => {
    callOff = bee.network.clock.after(PING_MS, () => {
      socket.ping()
      ping()
    })
  }
  ping()
  socket.on('close', () => {
    callOff?.()
    leave()
  })
}
