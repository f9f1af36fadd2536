import {
  type Address,
  type ContentStore,
  type LogId,
  logHash,
  MemoryChain,
  MemoryContentStore,
  MemoryNameSystem,
  type MemoryNetwork,
  type NameSystem,
  parseAddress,
  topicOf,
} from '@remote-log/core'
import { MemoryLevel } from 'memory-level'
import { type LocalDatabase, type LogEntry, type LogParts, RemoteLog } from '../src/index.ts'

export const OWNER: Address = parseAddress(`0x${'a1'.repeat(20)}`)
export const ID: LogId = {
  chainId: 1337,
  registry: parseAddress(`0x${'5e'.repeat(20)}`),
  owner: OWNER,
  topic: topicOf('client tests'),
}
export const LOG = logHash(ID)
/** The time of entry 0 in tests, ms. */
export const START = 1_700_000_000_000

/** A network and a chain in memory, shared by the devices of one test. */
export class World {
  readonly network: MemoryNetwork = new Map()
  readonly chain = new MemoryChain()
  readonly store = new MemoryContentStore({ network: this.network })
  readonly names = new MemoryNameSystem({ chain: this.chain, owner: OWNER })

  /** A writing device. */
  writer(parts: Partial<LogParts> = {}): Promise<RemoteLog> {
    return this.open({ writable: true, ...parts })
  }

  /** A reading device, which asks another node of the network. */
  reader(parts: Partial<LogParts> = {}): Promise<RemoteLog> {
    return this.open({
      store: this.otherNode(),
      names: new MemoryNameSystem({ chain: this.chain }),
      ...parts,
    })
  }

  open(parts: Partial<LogParts>): Promise<RemoteLog> {
    const { store, names } = this
    return RemoteLog.open({ id: ID, store, names, local: memory(), now: () => START + 1e9, ...parts })
  }

  otherNode(): MemoryContentStore {
    return new MemoryContentStore({ network: this.network })
  }
}

export function memory(): LocalDatabase {
  return new MemoryLevel<string, Uint8Array>()
}

/** The same database for a process that starts anew while the old one was killed: it was never closed. */
export function reopened(local: LocalDatabase): LocalDatabase {
  return {
    open: () => local.open(),
    close: () => local.close(),
    get: (key, options) => local.get(key, options),
    batch: (changes, options) => local.batch(changes, options),
    iterator: options => local.iterator(options),
    clear: options => local.clear(options),
  }
}

/** `count` entries from `first` on, with text payloads `entry <n>`, a minute apart. */
export function texts(count: number, first = 0): { payload: string; timestamp: number }[] {
  return Array.from({ length: count }, (_, i) => ({
    payload: `entry ${first + i}`,
    timestamp: START + (first + i) * 60_000,
  }))
}

/** So many bytes for one entry: three of them fill most of a page. */
export function bulky(count: number, first = 0, bytes = 1200): { payload: Uint8Array; timestamp: number }[] {
  return texts(count, first).map(({ payload, timestamp }) => {
    const padded = new Uint8Array(bytes)
    new TextEncoder().encodeInto(payload, padded)
    return { payload: padded, timestamp }
  })
}

export async function all(entries: AsyncIterable<LogEntry>): Promise<LogEntry[]> {
  return Array.fromAsync(entries)
}

/** The texts of entries. */
export async function textsOf(entries: AsyncIterable<LogEntry>): Promise<string[]> {
  return Promise.all((await all(entries)).map(async entry => (await entry.text()).replace(/\0+$/, '')))
}

/** Every call of an interface goes through `hook` first. */
export function hooked<T extends ContentStore | NameSystem | LocalDatabase>(
  target: T,
  hook: (operation: string) => void | Promise<void>,
): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        const call = () => Reflect.apply(value, object, args) as unknown
        const waits = hook(String(name))
        return waits instanceof Promise ? waits.then(call) : call()
      }
    },
  })
}
