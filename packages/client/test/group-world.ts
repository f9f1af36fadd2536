import { type LogId, MemoryNameSystem, parseAddress, topicOf } from '@remote-log/core'
import { Group, type GroupEntry, type GroupParts, type LogParts, RemoteLog } from '../src/index.ts'
import { ID, memory, reopened, START, World } from './world.ts'

const TOPIC = topicOf('a group')

/** The log of member n: everybody has a key of their own, and writes under the same topic. */
export function memberLog(n: number): LogId {
  return { ...ID, owner: parseAddress(`0x${`${n}`.repeat(40)}`), topic: TOPIC }
}

/** Devices, each with a log of its own, and what they keep across restarts. */
export class Circle {
  readonly world = new World()
  readonly size: number
  readonly #locals = new Map<number, ReturnType<typeof memory>>()
  #now = START

  constructor(size: number) {
    this.size = size
  }

  get members(): LogId[] {
    return Array.from({ length: this.size }, (_, n) => memberLog(n))
  }

  /** A clock that all share; each look at it takes a second. */
  readonly now = (): number => {
    this.#now += 1000
    return this.#now
  }

  /** The device of member n, with what it kept when it was here before. */
  async device(
    n: number,
    parts: Partial<GroupParts> = {},
    own: Partial<LogParts> = {},
    kept = this.localOf(n),
  ): Promise<Group> {
    const local = reopened(kept)
    const names = new MemoryNameSystem({ chain: this.world.chain, owner: memberLog(n).owner })
    const store = this.world.otherNode()
    const { now } = this
    return await Group.open({
      ...{ chainId: ID.chainId, registry: ID.registry, store, names, local, now, members: this.members },
      own: await RemoteLog.open({
        ...{ id: memberLog(n), store, names, local, now },
        writable: true,
        ...own,
      }),
      ...parts,
    })
  }

  /** Somebody who only reads. */
  async reader(parts: Partial<GroupParts> = {}): Promise<Group> {
    const names = new MemoryNameSystem({ chain: this.world.chain })
    return await Group.open({
      ...{ chainId: ID.chainId, registry: ID.registry, names, local: memory(), members: this.members },
      store: this.world.otherNode(),
      ...parts,
    })
  }

  localOf(n: number): ReturnType<typeof memory> {
    const local = this.#locals.get(n) ?? memory()
    this.#locals.set(n, local)
    return local
  }
}

export async function textsIn(entries: AsyncIterable<GroupEntry>): Promise<string[]> {
  return Promise.all((await Array.fromAsync(entries)).map(entry => entry.text()))
}
