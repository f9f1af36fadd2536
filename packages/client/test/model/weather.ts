import { HostileNameSystem, type NameSystemAttack } from '@remote-log/conformance'
import {
  type ContentStore,
  MemoryContentStore,
  MemoryNameSystem,
  type MemoryNetwork,
  type NameSystem,
  type Reference,
  UnavailableError,
} from '@remote-log/core'
import { OWNER, type World } from '../world.ts'

/** What goes wrong outside a device, from a certain call of an operation on to its end. */
export const FAULTS = [
  'store cut',
  'store silent',
  'store lies',
  'store denies',
  'chain cut',
  'chain silent',
  'chain lags',
  'chain goes back',
  'chain denies',
  'receipt lost',
] as const

export type Fault = (typeof FAULTS)[number]

const ATTACKS: Partial<Record<Fault, NameSystemAttack>> = {
  'chain cut': 'unavailable',
  'chain silent': 'silent',
  'chain lags': 'stale head',
  'chain goes back': 'earlier head',
  'chain denies': 'no head',
  'receipt lost': 'lost receipt',
}

/** How an operation may end in each weather. `ABORTED` is the caller's answer to silence. */
export const ENDINGS: Readonly<Record<Fault, readonly string[]>> = {
  'store cut': ['UNAVAILABLE'],
  'store silent': ['ABORTED'],
  'store lies': ['CORRUPT'],
  'store denies': ['NOT_FOUND'],
  'chain cut': ['UNAVAILABLE'],
  'chain silent': ['ABORTED'],
  // Who trusts nothing yet believes an old head, builds on it, and is refused by the compare-and-swap.
  'chain lags': ['STALE', 'CONFLICT'],
  'chain goes back': ['ROLLBACK', 'REWRITTEN', 'CONFLICT'],
  'chain denies': ['REWRITTEN', 'CONFLICT'],
  'receipt lost': ['UNAVAILABLE'],
}

/** Store and chain as one device sees them, fair or foul. */
export class Weather {
  readonly store: ContentStore
  readonly names: NameSystem
  readonly #world: World
  #chain: HostileNameSystem
  #fault: Fault | undefined
  #callsLeft = 0
  #silent: AbortController | undefined
  /** Whether the fault was met. */
  struck = false

  constructor(world: World) {
    const network = new SeenNetwork(world.network, () => (this.struck ? this.#fault : undefined))
    this.store = new MemoryContentStore({
      network,
      onCall: operation => this.#storeCalled(operation),
    })
    this.#world = world
    this.#chain = this.#provider()
    this.names = new Proxy<NameSystem>(this.#chain, {
      get: (_, name) => {
        const value: unknown = Reflect.get(this.#chain, name)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          this.#chainCalled()
          return Reflect.apply(value, this.#chain, args) as unknown
        }
      },
    })
  }

  /** Another provider, which never heard of blocks that were dropped: nobody who trusts nothing could tell its lie. */
  reorganised(): void {
    this.#chain = this.#provider()
  }

  #provider(): HostileNameSystem {
    return new HostileNameSystem(new MemoryNameSystem({ chain: this.#world.chain, owner: OWNER }))
  }

  /** The fault comes with the `at`-th call. Returns the signal that fires when somebody waits in vain. */
  turn(fault: Fault, at: number): AbortSignal {
    this.struck = false
    this.#fault = fault
    this.#callsLeft = at
    this.#silent = new AbortController()
    return this.#silent.signal
  }

  clear(): void {
    this.#fault = undefined
    this.#chain.attack = undefined
  }

  #storeCalled(operation: string): Promise<void> | undefined {
    if (!this.#fault?.startsWith('store') || this.#callsLeft-- > 0) return undefined
    this.struck = true
    if (this.#fault === 'store cut') throw new UnavailableError(`${operation}: there is no network`, {})
    return this.#fault === 'store silent' ? this.#silence() : undefined
  }

  #chainCalled(): void {
    if (this.#fault === undefined || this.#fault.startsWith('store') || this.#callsLeft-- > 0) return
    this.struck = true
    this.#chain.attack = ATTACKS[this.#fault]
    if (this.#fault === 'chain silent') queueMicrotask(() => this.#silent?.abort())
  }

  /** Nobody answers; whoever waits gives up. */
  #silence(): Promise<never> {
    queueMicrotask(() => this.#silent?.abort())
    return new Promise(() => {})
  }
}

/** What a node says that the network has. */
class SeenNetwork extends Map<Reference, Uint8Array> implements MemoryNetwork {
  readonly #network: MemoryNetwork
  readonly #fault: () => Fault | undefined

  constructor(network: MemoryNetwork, fault: () => Fault | undefined) {
    super()
    this.#network = network
    this.#fault = fault
  }

  override get(reference: Reference): Uint8Array | undefined {
    const bytes = this.#network.get(reference)
    if (bytes === undefined || this.#fault() === 'store denies') return undefined
    return this.#fault() === 'store lies' ? bytes.map((byte, i) => (i === 9 ? byte ^ 1 : byte)) : bytes
  }

  override set(reference: Reference, bytes: Uint8Array): this {
    this.#network.set(reference, bytes)
    return this
  }
}
