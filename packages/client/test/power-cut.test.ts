import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { UnavailableError } from '@remote-log/core'
import { MemoryLevel } from 'memory-level'
import type { Durability, LocalChange, LocalDatabase, RemoteLog } from '../src/index.ts'
import { DyingProcess } from './dying.ts'
import { all, bulky, World } from './world.ts'

/**
 * A disk as LevelDB uses it: what was written without `sync` is lost when the power goes, unless a later write was
 * synced: its log of writes is one file.
 */
class Disk {
  #writes: { readonly changes: readonly LocalChange[]; readonly sync: boolean }[] = []

  /** The database of a process on this disk. */
  database(): LocalDatabase {
    const level = new MemoryLevel<string, Uint8Array>()
    const ready = Promise.all(
      this.#writes.map(({ changes }) =>
        level.batch([...changes], { keyEncoding: 'utf8', valueEncoding: 'view' }),
      ),
    )
    const write = async (changes: readonly LocalChange[], sync: boolean) => {
      this.#writes.push({ changes: changes.map(change => ({ ...change })), sync })
    }
    return {
      open: async () => {
        await level.open()
        await ready
      },
      close: () => level.close(),
      get: (key, options) => level.get(key, options),
      iterator: options => level.iterator(options),
      batch: async (changes, options) => {
        await write(changes, options.sync ?? false)
        await level.batch(changes, options)
      },
      clear: async options => {
        const changes: LocalChange[] = []
        for await (const key of level.keys(options)) changes.push({ type: 'del', key })
        await write(changes, false)
        await level.clear(options)
      },
    }
  }

  /** The disk when the power is back: what was synced, and so many of the writes behind it. */
  cut(kept: number): Disk {
    const synced = this.#writes.findLastIndex(({ sync }) => sync) + 1
    const disk = new Disk()
    disk.#writes.push(...this.#writes.slice(0, synced + kept))
    return disk
  }
}

async function idsOf(log: RemoteLog): Promise<string[]> {
  return (await all(log.read())).map(({ id }) => id)
}

/** Appends and publishes. Returns the ids of the entries that were acknowledged before the process died, if it did. */
async function live(world: World, local: LocalDatabase, durability: Durability): Promise<string[]> {
  const acknowledged: string[] = []
  try {
    const log = await world.writer({ local, durability })
    for (let round = 0; round < 2; round++) {
      const items = [...bulky(3, 10 * round), { payload: seededBytes(`by reference ${round}`, 9000) }]
      for (const { id } of await log.appendMany(items)) acknowledged.push(id)
      acknowledged.push((await log.append(`entry ${10 * round + 3}`)).id)
      await log.publish()
      acknowledged.push((await log.append(`entry ${10 * round + 4}`)).id)
    }
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
  }
  return acknowledged
}

for (const durability of ['disk', 'os'] as const) {
  const promise = durability === 'disk' ? 'whatever was acknowledged is there' : 'nothing is published twice'
  test(`the power goes at any write, durability ${durability}: ${promise}, and the log goes on`, async () => {
    let finished = false
    for (let at = 0; !finished; at++) {
      for (const [moment, kept] of [
        ['before', 0],
        ['after', 0],
        ['after', 2],
      ] as const) {
        const world = new World()
        const disk = new Disk()
        const process = new DyingProcess({ at, moment }, 'batch')
        const local = process.sees(disk.database())
        process.arm()
        const acknowledged = await live(world, local, durability)
        finished = !process.dead
        const before = await idsOf(await world.reader())
        const again = await world.writer({ local: disk.cut(kept).database() })
        const { id } = await again.append('one more')
        await again.publish()
        const found = await idsOf(await world.reader())
        assert.deepEqual(found.slice(0, before.length), before, 'what was published stays')
        assert.equal(new Set(found).size, found.length, 'nothing is there twice')
        assert.equal(found.at(-1), id)
        if (durability === 'disk')
          assert.deepEqual(found.slice(0, acknowledged.length), acknowledged, `write ${at}, ${kept} kept`)
      }
    }
  })
}
