import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Topic as BeeTopic, FeedIndex, Identifier, PrivateKey } from '@ethersphere/bee-js'
import {
  type Address,
  feedTopic,
  feedUpdateId,
  makeChunk,
  parseAddress,
  parseReference,
  singleOwnerAddress,
  topicOf,
} from '@remote-log/core'
import {
  encodeSingleOwnerChunk,
  parseSignature,
  verifySingleOwnerChunk,
} from '../src/feed/single-owner-chunk.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('addresses and ids are those of Bee’s own tests and of bee-js', () => {
  const owner = parseAddress('0x8d3766440f0d7b949a5e32995d09619a7f86e632')
  assert.equal(
    singleOwnerAddress(owner, new Uint8Array(32)),
    '9d453ebb73b2fedaaf44ceddcf7a0aa37f3e3d6453fea5841c31f0ea6d61dc85',
  )
  const topic = topicOf('test')
  const ids = [0, 1].map(index => hex(feedUpdateId(topic, index)))
  assert.deepEqual(ids, [
    'eab2d62e0788a99b56ba017b1934b707e32ac577805de974a116e1c38907e5c4',
    '3ab0da8eca5593280ed0f8c582fd5da30b651e85d39de1b1d344d894befac788',
  ])
  assert.equal(topic, `0x${BeeTopic.fromString('test').toHex()}`)
  assert.equal(FeedIndex.fromBigInt(1n).toHex(), '0000000000000001')
  assert.throws(() => feedUpdateId(topic, -1), RangeError)
  assert.throws(() => feedUpdateId(topic, 1.5), RangeError)
})

test('the topic tells logs and bases apart', () => {
  const log = { owner: parseAddress(`0x${'a1'.repeat(20)}`), topic: topicOf('one') }
  const base = parseReference('ab'.repeat(32))
  const topics = [
    feedTopic(log, undefined),
    feedTopic(log, base),
    feedTopic({ ...log, topic: topicOf('two') }, base),
  ]
  assert.equal(new Set(topics).size, 3)
  // Computed with ethers 6.17: keccak256(concat([toUtf8Bytes('remote-log feed v1'), logHash, base]))
  assert.deepEqual(topics.slice(0, 2), VECTOR)
})

const VECTOR = [
  '0xaa9b19c2f66d775451a60342a021bbb3ca2fee31fd3223b1b847ef735f30af93',
  '0xeda2e147f4dfcafa38b7e6f2c5dbc29847b846b213969c3ae539b08c40c4975c',
]

test('what bee-js signs is taken, byte by byte changed it is not', () => {
  const key = new PrivateKey(`0x${'11'.repeat(32)}`)
  const owner = parseAddress(`0x${key.publicKey().address().toHex()}`)
  const id = feedUpdateId(topicOf('signed'), 3)
  const wrapped = makeChunk(new TextEncoder().encode('a page'))
  const soc = { id: new Identifier(id) }
  const digest = Buffer.concat([soc.id.toUint8Array(), Buffer.from(wrapped.reference, 'hex')])
  const signature = key.sign(digest).toUint8Array()
  const bytes = encodeSingleOwnerChunk({ owner, id, signature, wrapped })
  const read = verifySingleOwnerChunk(owner, id, bytes)
  assert.equal(read.wrapped.reference, wrapped.reference)
  assert.deepEqual(read.signature, signature)
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at]! ^= 1
    assert.throws(() => verifySingleOwnerChunk(owner, id, changed), { code: 'CORRUPT' }, `byte ${at}`)
  }
  const other = parseAddress(`0x${'22'.repeat(20)}`)
  assert.throws(() => verifySingleOwnerChunk(other, id, bytes), { code: 'CORRUPT' })
  assert.throws(() => verifySingleOwnerChunk(owner, feedUpdateId(topicOf('signed'), 4), bytes), {
    code: 'CORRUPT',
  })
  for (const length of [0, 104, 4202]) {
    assert.throws(() => verifySingleOwnerChunk(owner, id, new Uint8Array(length)), { code: 'CORRUPT' })
  }
})

test('anyone can sign for Bee’s replica owner, so its chunks must name what they wrap', () => {
  const key = new PrivateKey(`0x01${'00'.repeat(31)}`)
  const owner = parseAddress(`0x${key.publicKey().address().toHex()}`)
  assert.equal(owner, '0xdc5b20847f43d67928f49cd4f85d696b5a7617b5')
  const wrapped = makeChunk(new TextEncoder().encode('root'))
  const naming = Buffer.from(wrapped.reference, 'hex')
  naming[0]! ^= 0xff
  for (const [id, good] of [
    [naming, true],
    [Buffer.alloc(32, 7), false],
  ] as const) {
    const signature = key.sign(Buffer.concat([id, Buffer.from(wrapped.reference, 'hex')])).toUint8Array()
    const bytes = encodeSingleOwnerChunk({ owner, id, signature, wrapped })
    if (good) assert.equal(verifySingleOwnerChunk(owner, id, bytes).wrapped.reference, wrapped.reference)
    else assert.throws(() => verifySingleOwnerChunk(owner, id, bytes), { code: 'CORRUPT' })
  }
})

test('what a real Bee served is verified', async () => {
  const file = new URL('../../../test/vectors/bee/soc.json', import.meta.url)
  const { steps } = JSON.parse(await readFile(file, 'utf8')) as {
    steps: { name: string; response: { body: { base64?: string } } }[]
  }
  const served = steps.find(({ name }) => name === 'get as chunk')!.response.body.base64!
  const bytes = new Uint8Array(Buffer.from(served, 'base64'))
  const owner = AUTHOR as Address
  const soc = verifySingleOwnerChunk(owner, bytes.subarray(0, 32), bytes)
  assert.equal(
    singleOwnerAddress(owner, soc.id),
    '6e8801ef59476dd35dc5a2a714d28ebf4ee9147c44d99a32ff0294c4dbdc8e9c',
  )
})

/** Address of the key SHA-256("remote-log recordings: author"). */
const AUTHOR = '0x294c320dccc1e20c42fbe6932b849f5a7a0633b3'

test('wallets that say 0 or 1 for v are understood', () => {
  assert.equal(parseSignature(`0x${'00'.repeat(64)}01`)[64], 28)
  assert.equal(parseSignature(`0x${'00'.repeat(64)}1b`)[64], 27)
  assert.throws(() => parseSignature('0x00'), { code: 'INVALID_ARGUMENT' })
})
