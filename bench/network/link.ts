import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { serve } from '../process/serve.ts'
import { DelayLine } from './delay-line.ts'
import { LockStep } from './lock-step.ts'

/**
 * The one network between every reader and every server of the bench: a TCP relay in a process of its own that adds
 * half a round trip to each direction and counts what passes. It knows nothing of what it carries.
 */
const operations = {
  /** Opens a port that leads to `target` (a port on loopback). Resolves to the port opened. */
  async open(target: number): Promise<number> {
    const server = createServer({ noDelay: true }, client => relay(client, target))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  },

  /**
   * The round trip from now on, in milliseconds. With `handshake` the first bytes of a new connection come a round
   * trip later still, as after TCP's SYN and SYN-ACK; without, connections stand at once.
   */
  setRoundTrip(milliseconds: number, options: { handshake: boolean }): void {
    roundTrip = milliseconds
    handshake = options.handshake
  },

  /** From now on answers are held back until the reader has nothing more to ask (see {@link LockStep}). */
  startLockStep(): void {
    lockStep = new LockStep()
  },

  /** Ends what `startLockStep` began. Resolves to the number of times answers were let through. */
  stopLockStep(): number {
    const rounds = lockStep?.rounds ?? 0
    lockStep?.stop()
    lockStep = undefined
    return rounds
  },

  /** What passed since the last call. */
  take(): Traffic {
    const taken = traffic
    traffic = { up: 0, down: 0, connections: 0 }
    return taken
  },
}

/** Bytes of TCP payload towards the server and from it, both with every protocol head above TCP. */
export interface Traffic {
  up: number
  down: number
  connections: number
}

export type LinkOperations = typeof operations

let roundTrip = 0
let handshake = false
let lockStep: LockStep | undefined
let traffic: Traffic = { up: 0, down: 0, connections: 0 }

function relay(client: Socket, target: number): void {
  traffic.connections++
  const server = connect({ port: target, host: '127.0.0.1', noDelay: true })
  const stands = handshake ? performance.now() + 1.5 * roundTrip : 0
  const up = new DelayLine()
  const down = new DelayLine()
  carry(client, server, (deliver, bytes) => {
    traffic.up += bytes
    lockStep?.asked()
    if (roundTrip === 0) deliver()
    else up.push(deliver, roundTrip / 2, stands)
  })
  carry(server, client, (deliver, bytes) => {
    traffic.down += bytes
    if (lockStep !== undefined) lockStep.hold(deliver)
    else if (roundTrip === 0) deliver()
    else down.push(deliver, roundTrip / 2)
  })
}

function carry(from: Socket, to: Socket, pass: (deliver: () => void, bytes: number) => void): void {
  from.on('data', data => pass(() => to.write(data), data.length))
  from.on('end', () => pass(() => to.end(), 0))
  // A side that resets ends the other too.
  from.on('error', () => to.destroy())
  to.on('close', () => from.destroy())
}

serve(operations)
