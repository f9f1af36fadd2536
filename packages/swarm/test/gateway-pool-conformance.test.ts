import { after, before, describe, test } from 'node:test'
import { type ContentStoreSupport, contentStoreSuite } from '@remote-log/conformance'
import { type BeeUnderTest, beeUnderTest } from '@remote-log/devnet'
import { besieged, HOSTILITIES, type PoolSubject, poolOf } from './gateways.ts'

/** Tells runs against nodes that go on living apart. */
const SEED = process.env.BEE_URL ? crypto.randomUUID() : ''
const ALL = { refuseWrites: true, holdBack: true, unavailable: true, stall: true }

describe('GatewayPool over the Bee under test', () => {
  let bee: BeeUnderTest
  before(async () => {
    bee = await beeUnderTest()
  })
  after(() => bee?.stop())

  const suite = (name: string, supports: ContentStoreSupport, setup: () => Promise<PoolSubject>) =>
    contentStoreSuite(
      { describe, test },
      { name, seed: `${name} ${SEED}`, supports, setup, teardown: pool => pool.stop() },
    )
  const options = () => ({ batch: bee.batch, retryMs: 0, patienceMs: 4000 })
  /** Goes through all ways to be hostile, beginning at a different one for each gateway. */
  const changing = (first: number) => {
    let asked = first
    return () => HOSTILITIES[asked++ % HOSTILITIES.length]
  }

  const honest = { ...ALL, corrupt: true, ranges: true }
  suite('A pool of one', honest, () => poolOf(bee, 1, options()))
  suite('A pool of three honest', honest, () => poolOf(bee, 3, options()))
  suite('A pool of two hostile and an honest', ALL, () =>
    besieged(bee, [changing(0), changing(5)], options()),
  )
})
