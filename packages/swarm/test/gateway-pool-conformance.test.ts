import { after, before, describe, test } from 'node:test'
import { type ContentStoreSupport, contentStoreSuite } from '@remote-log/conformance'
import { type BeeNode, startBeeNode } from '@remote-log/devnet'
import { besieged, HOSTILITIES, type PoolSubject, poolOf } from './gateways.ts'

const ALL = { refuseWrites: true, holdBack: true, unavailable: true, stall: true }

describe('GatewayPool over embedded Bee nodes', () => {
  let node: BeeNode
  let batch: string
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    batch = await node.grantBatch()
  })
  after(() => node.stop())

  const suite = (name: string, supports: ContentStoreSupport, setup: () => Promise<PoolSubject>) =>
    contentStoreSuite(
      { describe, test },
      { name, seed: name, supports, setup, teardown: pool => pool.stop() },
    )
  const options = () => ({ batch, retryMs: 0, patienceMs: 1000 })
  /** Goes through all ways to be hostile, beginning at a different one for each gateway. */
  const changing = (first: number) => {
    let asked = first
    return () => HOSTILITIES[asked++ % HOSTILITIES.length]
  }

  const honest = { ...ALL, absence: true, corrupt: true, ranges: true }
  suite('A pool of one', honest, () => poolOf(node, 1, options()))
  suite('A pool of three honest', honest, () => poolOf(node, 3, options()))
  suite('A pool of two hostile and an honest', ALL, () =>
    besieged(node, [changing(0), changing(5)], options()),
  )
})
