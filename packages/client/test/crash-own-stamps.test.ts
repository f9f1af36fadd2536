import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import type { ContentStore, Reference } from '@remote-log/core'
import { Stamper } from '@remote-log/swarm'
import type { LocalDatabase } from '../src/index.ts'
import { LocalStamps } from '../src/local-stamps.ts'
import { type Death, DyingProcess } from './dying.ts'
import { all, bulky, memory, reopened, World } from './world.ts'

const BATCH = 'ab'.repeat(32)
const BUCKETS = 65_536

/** Three buckets of four are full, so that pages need salts to find room. */
const CROWDED = Uint32Array.from({ length: BUCKETS }, (_, bucket) => (bucket % 4 === 1 ? 0 : 2))

/** The slots of the batch as the network saw them taken. */
class Slots {
  readonly #owners = new Map<string, Reference>()
  readonly #slots = new Map<Reference, string>()

  /** @throws AssertionError where a slot has two chunks, or a chunk two slots */
  taken(stamp: Uint8Array, reference: Reference): void {
    const slot = Buffer.from(stamp.subarray(32, 40)).toString('hex')
    assert.ok(CROWDED[Number.parseInt(slot.slice(0, 8), 16)] === 0, 'a slot that others use')
    assert.equal(this.#owners.get(slot) ?? reference, reference, `slot ${slot} is given out twice`)
    assert.equal(this.#slots.get(reference) ?? slot, slot, `chunk ${reference} is paid twice`)
    this.#owners.set(slot, reference)
    this.#slots.set(reference, slot)
  }

  get size(): number {
    return this.#owners.size
  }
}

/** A store to which each chunk goes with a stamp of the local database's. */
async function stamping(store: ContentStore, local: LocalDatabase, slots: Slots): Promise<ContentStore> {
  const signer = { sign: async () => new Uint8Array(65) }
  const stamper = await Stamper.open({
    batch: BATCH,
    depth: 17,
    signer,
    storage: new LocalStamps(local, BATCH),
  })
  if (stamper.fill === 0) await stamper.passOver(CROWDED)
  return {
    get: store.get.bind(store),
    beginUpload: async options => {
      const upload = await store.beginUpload(options)
      return {
        id: upload.id,
        paidBy: BATCH,
        room: stamper.room,
        put: async (chunk, call) => {
          const stamp = await stamper.stamp(chunk.reference, call)
          // From here on it may have left the device.
          slots.taken(stamp, chunk.reference)
          await upload.put(chunk, call)
        },
        confirm: call => upload.confirm(call),
      }
    },
  }
}

async function diesAt(death: Death): Promise<boolean> {
  const world = new World()
  const local = memory()
  const slots = new Slots()
  const device = async (process?: DyingProcess) => {
    const db = process ? process.sees(reopened(local)) : reopened(local)
    const names = process ? process.sees(world.names) : world.names
    const inner = process ? process.sees(world.otherNode()) : world.otherNode()
    return world.writer({ store: await stamping(inner, db, slots), names, local: db })
  }
  const first = await device()
  await first.appendMany(bulky(4))
  await first.publish()
  await first.appendMany(bulky(7, 4))
  const process = new DyingProcess(death)
  const doomed = await device(process)
  process.arm()
  const survived = await doomed.publish().then(
    () => true,
    (error: unknown) => {
      if (error instanceof assert.AssertionError) throw error
      return false
    },
  )
  const again = await device()
  await again.append(seededBytes('one more', 900))
  await again.publish()
  const bob = await world.reader()
  assert.ok((await bob.sync()).complete)
  const payloads = (await all(bob.read())).map(({ seq }) => seq)
  assert.deepEqual(payloads, [...Array(12).keys()])
  const ids = (await all(bob.read())).map(({ id }) => id)
  assert.equal(new Set(ids).size, 12, `killed ${death.moment} call ${death.at}`)
  await bob.verify()
  // What a dead process had stamped is stamped the same again: at most its head page and edge are left behind.
  assert.ok(slots.size <= world.network.size + 4, `${slots.size} slots for ${world.network.size} chunks`)
  return survived && !process.dead
}

for (const moment of ['before', 'after'] as const) {
  test(`killed ${moment} every call of a publish with own stamps and salted pages: no slot twice, no chunk paid twice`, async () => {
    let finished = false
    for (let at = 0; !finished; at++) {
      finished = await diesAt({ at, moment })
      assert.ok(at < 100)
    }
  })
}
