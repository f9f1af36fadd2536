import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expectCode, seededBytes, seededReference, seededTopic } from '@remote-log/conformance'
import {
  FileSplitter,
  MemoryChain,
  MemoryContentStore,
  MemoryNameSystem,
  parseAddress,
  type Upload,
} from '../src/index.ts'

const owner = parseAddress('0x8d3766440f0d7b949a5e32995d09619a7f86e632')

describe('MemoryContentStore as a node of a network', () => {
  test('a chunk is served elsewhere only once its upload is confirmed', async () => {
    const here = new MemoryContentStore()
    const there = new MemoryContentStore({ network: here.network })
    const upload = await here.beginUpload()
    const [reference] = await putFile(upload, seededBytes('file', 100))
    assert.equal((await here.get(reference!)).length, 108)
    await expectCode(there.get(reference!), 'NOT_FOUND', 'get elsewhere before confirm')
    await upload.confirm()
    assert.equal((await there.get(reference!)).length, 108)
  })
})

describe('MemoryChain', () => {
  test('finalized and safe lag as configured', async () => {
    const chain = new MemoryChain({ safeLag: 1, finalizedLag: 2 })
    const names = new MemoryNameSystem({ chain, owner })
    const log = { owner, topic: seededTopic('lag') }
    const [a, b] = [seededReference('a'), seededReference('b')]
    await names.publish(log, undefined, a)
    await names.publish(log, a, b)
    assert.equal((await names.head(log)).head, b)
    assert.equal((await names.head(log, { at: 'safe' })).head, a)
    assert.equal((await names.head(log, { at: 'finalized' })).head, undefined)
  })

  test('blocks follow the clock and never share a hash across branches', () => {
    const chain = new MemoryChain({ clock: () => 1_700_000_000_999 })
    const first = chain.mine()
    assert.equal(
      first.timestamp,
      1_700_000_001,
      'one second after its parent, although the clock stands still',
    )
    chain.reorganise(1)
    assert.notEqual(chain.block(first.number)?.hash, first.hash)
    assert.throws(() => chain.reorganise(2), RangeError)
  })
})

async function putFile(upload: Upload, file: Uint8Array) {
  const splitter = new FileSplitter()
  const chunks = [...splitter.push(file), ...splitter.finish().chunks]
  for (const chunk of chunks) await upload.put(chunk)
  return chunks.map(({ reference }) => reference)
}
