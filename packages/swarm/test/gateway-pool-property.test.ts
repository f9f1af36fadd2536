import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import {
  CHUNK_BYTES,
  type Chunk,
  FileSplitter,
  makeChunk,
  type Reference,
  RemoteLogError,
  recordLeaf,
  recordsIn,
} from '@remote-log/core'
import { type BeeNode, type FaultProxy, startBeeNode, startFaultProxy } from '@remote-log/devnet'
import { GatewayPool, SwarmStore } from '../src/index.ts'
import { HOSTILITIES, type Hostility, hostileRule } from './gateways.ts'

const LEAVES = 40

describe('GatewayPool under random faults', () => {
  let node: BeeNode
  let root: Reference
  let chunks: readonly Chunk[]
  let proxies: FaultProxy[]
  const file = seededBytes('random faults', LEAVES * CHUNK_BYTES)
  const bytesOf = (leaf: number) => file.subarray(leaf * CHUNK_BYTES, (leaf + 1) * CHUNK_BYTES)
  const expected = (leaf: number) => makeChunk(bytesOf(leaf)).reference
  before(async () => {
    node = await startBeeNode({ manyPeers: true })
    const upload = await new SwarmStore({ url: node.url, batch: await node.grantBatch() }).beginUpload()
    const splitter = new FileSplitter()
    const leaves = [...splitter.push(file)]
    const { root: top, chunks: last } = splitter.finish()
    root = top
    chunks = [...leaves, ...last]
    await Promise.all(chunks.map(chunk => upload.put(chunk)))
    await upload.confirm()
    proxies = await Promise.all([1, 2, 3, 4].map(() => startFaultProxy({ target: node.url })))
  })
  after(async () => {
    await Promise.all(proxies.map(proxy => proxy.stop()))
    await node.stop()
  })

  /** Reads some chunks and a stretch at once. Whatever is handed on is right; the errors are returned. */
  async function reads(pool: GatewayPool, random: (below: number) => number): Promise<unknown[]> {
    const errors: unknown[] = []
    const keep = (error: unknown) => void errors.push(error)
    const gets = Array.from({ length: 6 }, async () => {
      const { reference, bytes } = chunks[random(chunks.length)]!
      assert.deepEqual(await pool.get(reference), bytes)
    })
    await Promise.all([...gets, stretch(pool, random(LEAVES - 1))].map(read => read.catch(keep)))
    return errors
  }

  async function stretch(pool: GatewayPool, from: number): Promise<void> {
    let leaf = from
    try {
      for await (const records of pool.readLeaves(root, { from, to: LEAVES }, expected)) {
        for (const record of recordsIn(records)) assert.deepEqual(recordLeaf(record), bytesOf(leaf++))
      }
      assert.equal(leaf, LEAVES, 'all leaves, each once')
    } catch (error) {
      if (error instanceof RemoteLogError) assert.equal(error.details.leaf, leaf)
      throw error
    }
  }

  for (const seed of ['a', 'b']) {
    test(`while one is honest, every read is right (${seed})`, { timeout: 120_000 }, async () => {
      const random = seededRandom(seed)
      const pool = new GatewayPool({ urls: proxies.map(({ url }) => url), retryMs: 0, timeoutMs: 600_000 })
      for (let step = 0; step < 10; step++) {
        const honest = random(proxies.length)
        for (const [i, proxy] of proxies.entries()) {
          proxy.setRule(i === honest ? undefined : hostileRule(() => HOSTILITIES[random(HOSTILITIES.length)]))
        }
        assert.deepEqual(await reads(pool, random), [], `step ${step}`)
      }
    })
  }

  test('while none is, reads end in an error that names chunk, gateways and remedy, and hand on nothing wrong', async () => {
    const random = seededRandom('none')
    const hostile = HOSTILITIES.filter(hostility => hostility !== 'slow')
    const urls = proxies.map(({ url }) => url)
    for (let step = 0; step < 6; step++) {
      const pool = new GatewayPool({ urls, retryMs: 0, timeoutMs: 300 })
      const kinds = proxies.map((): Hostility => hostile[random(hostile.length)]!)
      for (const [i, proxy] of proxies.entries()) proxy.setRule(hostileRule(() => kinds[i]))
      const errors = await reads(pool, random)
      assert.ok(errors.length >= 6, `${kinds.join(', ')}: ${errors.length} errors`)
      for (const error of errors) {
        assert.ok(error instanceof RemoteLogError, String(error))
        assert.match(error.code, /^(NOT_FOUND|UNAVAILABLE|CORRUPT)$/)
        for (const url of urls) assert.ok(String(error.details.gateways).includes(url))
        assert.match(error.message, /gave [0-9a-f]{64} .*[Aa]dd a/)
      }
    }
  })
})

/** Numbers that look random and are the same in every run. */
function seededRandom(seed: string): (below: number) => number {
  const bytes = seededBytes(seed, 400_000)
  let at = 0
  return below => (bytes[at++]! * 65_536 + bytes[at++]! * 256 + bytes[at++]!) % below
}
