import {
  type Lane,
  type LogHash,
  type LogId,
  logHash,
  MemoryNameSystem,
  type Reference,
  topicOf,
} from '@remote-log/core'
import { Lanes, type LanesParts, type LocalDatabase, type RemoteLog } from '../src/index.ts'
import { ID, memory, reopened, World } from './world.ts'

/** The list of the tests: one of the owner of their logs. */
export const LIST: LogId = { ...ID, topic: topicOf('devices') }

export const laneId = (n: number): LogId => ({ ...ID, topic: topicOf(`device ${n}`) })

type Listed = { -readonly [name in keyof Omit<Lane, 'head'>]: Lane[name] }

/** A registry in memory that also has one list of lanes, and the devices whose logs they are. */
export class LaneWorld {
  readonly world = new World()
  readonly list: Listed[] = []
  /** How often the list was asked for. */
  asked = 0
  readonly #devices = new Map<number, RemoteLog>()

  /** The log of a device; its local database lasts as long as this world. */
  async device(n: number): Promise<RemoteLog> {
    const opened = this.#devices.get(n) ?? (await this.world.writer({ id: laneId(n) }))
    this.#devices.set(n, opened)
    return opened
  }

  add(n: number): void {
    const log = keyOf(laneId(n))
    const there = this.list.find(lane => lane.log.topic === log.topic)
    if (there) Object.assign(there, { listed: true, cutOff: undefined, revision: there.revision + 1 })
    else this.list.push({ log, listed: true, cutOff: undefined, revision: 1 })
    this.world.chain.mine()
  }

  revoke(n: number, cutOff: Reference | undefined): void {
    const lane = this.list.find(({ log }) => log.topic === laneId(n).topic)!
    Object.assign(lane, { listed: false, cutOff, revision: lane.revision + 1 })
    this.world.chain.mine()
  }

  headOf(n: number): Reference | undefined {
    return this.world.chain.headAt(logHash(laneId(n))).head
  }

  /** Somebody who reads the list, on a device of their own. */
  reader(parts: Partial<LanesParts> = {}, local: LocalDatabase = memory()): Promise<Lanes> {
    return Lanes.open({
      list: LIST,
      store: this.world.otherNode(),
      names: new MemoryNameSystem({ chain: this.world.chain }),
      lanesOf: async ({ at }) => {
        this.asked++
        const { block } = this.world.chain.headAt('' as LogHash, at)
        const lanes = this.list.map(lane => ({
          ...lane,
          head: this.world.chain.headAt(logHash(lane.log), at).head,
        }))
        return { block, lanes }
      },
      changes: {
        add: async ({ topic }) => {
          this.add(this.#numberOf(topic))
          return this.#transaction()
        },
        remove: async ({ topic }, cutOff) => {
          this.revoke(this.#numberOf(topic), cutOff)
          return this.#transaction()
        },
      },
      local: reopened(local),
      ...parts,
    })
  }

  #numberOf(topic: string): number {
    return [...Array(100).keys()].find(n => laneId(n).topic === topic)!
  }

  #transaction() {
    return { transaction: '0x', block: this.world.chain.headAt('' as LogHash).block, gasUsed: 0n }
  }
}

function keyOf({ owner, topic }: LogId) {
  return { owner, topic }
}

/** The texts of entries, in order. */
export async function textsOfLanes(
  lanes: Lanes,
  options: Parameters<Lanes['read']>[0] = {},
): Promise<string[]> {
  const texts: string[] = []
  for await (const { entry } of lanes.read(options)) texts.push(await entry.text())
  return texts
}
