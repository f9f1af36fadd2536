import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  concat,
  dataSlice,
  hexlify,
  id,
  keccak256,
  namehash,
  toUtf8Bytes,
  ZeroAddress,
  ZeroHash,
} from 'ethers'
import {
  ALICE_ETH,
  CHAT,
  call,
  ETH,
  errorOf,
  type Names,
  nodeOf,
  startNames,
  TOPIC,
  URL,
  wire,
} from './names/world.ts'
import { A, B, bytes32 } from './support/registry.ts'

const CHAT_TOPIC = id('chat')
const SWARM = '0xe40101fa011b20'

async function linked(): Promise<Names> {
  const names = await startNames()
  await names.as(names.alice).link(ALICE_ETH, names.writer, TOPIC, URL)
  return names
}

/** Owner, topic, head and url of a name, as `resolve` answers them. */
async function logOf({ resolve }: Names, name: string, node = namehash(name)): Promise<unknown[]> {
  const hash = (await resolve(wire(name), 'contenthash', node)) as string
  if (hash !== '0x') assert.equal(dataSlice(hash, 0, 7), SWARM)
  return [
    await resolve(wire(name), 'addr(bytes32)', node),
    await resolve(wire(name), 'text', node, 'remotelog.topic'),
    hash === '0x' ? undefined : dataSlice(hash, 7),
    await resolve(wire(name), 'text', node, 'url'),
  ]
}

const NOTHING = [ZeroAddress, '', undefined, '']

describe('resolve', () => {
  describe('when the name has no end, is longer than it says or shorter', () => {
    it('should revert with MalformedName', async () => {
      const { resolver } = await linked()
      const data = resolver.interface.encodeFunctionData('contenthash', [ALICE_ETH])
      const name = wire('alice.eth')
      const cases: [string, number][] = [
        ['0x', 0],
        [dataSlice(name, 0, 10), 10],
        [dataSlice(name, 0, 9), 6],
        [dataSlice(name, 0, 7), 6],
        [dataSlice(name, 0, 1), 0],
        [concat([name, '0x00']), 11],
        [concat([name, name]), 11],
        ['0x0000', 1],
        // A compression pointer (RFC 1035 section 4.1.4) is nothing but a long label here.
        ['0xc000', 0],
        ['0xff00', 0],
      ]
      for (const [malformed, offset] of cases) {
        const error = await errorOf(resolver, resolver.resolve(malformed, data))
        assert.deepEqual(error, ['MalformedName', malformed, BigInt(offset)])
      }
    })
  })

  describe('when the call asks for no record, or is shorter than a selector', () => {
    it('should revert with UnsupportedResolverProfile', async () => {
      const { resolver } = await linked()
      const name = wire('alice.eth')
      const cases = [
        // name(bytes32), pubkey(bytes32), multicall(bytes[]), setText(bytes32,string,string), link(…)
        ...[
          '0x691f3431',
          '0xc8690233',
          '0xac9650d8',
          '0x10f13a8c',
          resolver.interface.getFunction('link').selector,
        ].map(selector => [concat([selector, ALICE_ETH]), selector] as const),
        ['0x', '0x00000000'],
        ['0xbc1c58', '0xbc1c5800'],
      ] as const
      for (const [data, selector] of cases) {
        const error = await errorOf(resolver, resolver.resolve(name, data))
        assert.deepEqual(error, ['UnsupportedResolverProfile', selector])
      }
    })
  })

  describe('when the call is cut', () => {
    it('should revert with MalformedQuery', async () => {
      const { resolver } = await linked()
      const name = wire('alice.eth')
      const encode = resolver.interface
      const text = encode.encodeFunctionData('text', [ALICE_ETH, 'url'])
      const withOffset = (offset: string) => concat([dataSlice(text, 0, 36), offset, dataSlice(text, 68)])
      const cases = [
        dataSlice(encode.encodeFunctionData('contenthash', [ALICE_ETH]), 0, 35),
        dataSlice(encode.encodeFunctionData('addr(bytes32)', [ALICE_ETH]), 0, 4),
        dataSlice(encode.encodeFunctionData('addr(bytes32,uint256)', [ALICE_ETH, ETH]), 0, 67),
        dataSlice(text, 0, 36),
        // Without the key's length, and with one byte of the key less than its length.
        dataSlice(text, 0, 99),
        dataSlice(text, 0, 102),
        withOffset(bytes32(0xff)),
        withOffset(`0x${'00'.repeat(31)}85`),
        withOffset(`0x${'00'.repeat(31)}41`),
      ]
      for (const data of cases) {
        const error = await errorOf(resolver, resolver.resolve(name, data))
        assert.deepEqual(error, ['MalformedQuery', data])
      }
      // The padding behind the key is not needed.
      const [value] = encode.decodeFunctionResult(
        'text',
        await resolver.resolve(name, dataSlice(text, 0, 103)),
      )
      assert.equal(value, URL)
    })
  })

  describe('when the call is about another node than the name', () => {
    it('should revert with NameMismatch', async () => {
      const { resolver } = await linked()
      for (const [name, asked] of [
        ['chat.alice.eth', ALICE_ETH],
        ['alice.eth', CHAT],
        ['', ALICE_ETH],
      ] as const) {
        const data = resolver.interface.encodeFunctionData('contenthash', [asked])
        const dns = name === '' ? '0x00' : wire(name)
        const error = await errorOf(resolver, resolver.resolve(dns, data))
        assert.deepEqual(error, ['NameMismatch', nodeOf(name), asked])
      }
    })
  })

  describe('given the name is linked', () => {
    it('should answer as the functions do', async () => {
      const { resolver, resolve, publish } = await linked()
      await publish(TOPIC, A)
      const name = wire('alice.eth')
      assert.equal(await resolve(name, 'contenthash', ALICE_ETH), await resolver.contenthash(ALICE_ETH))
      assert.equal(
        await resolve(name, 'addr(bytes32)', ALICE_ETH),
        await resolver['addr(bytes32)'](ALICE_ETH),
      )
      for (const coin of [ETH, 0n]) {
        const direct = await resolver['addr(bytes32,uint256)'](ALICE_ETH, coin)
        assert.equal(await resolve(name, 'addr(bytes32,uint256)', ALICE_ETH, coin), direct)
      }
      for (const key of ['remotelog.topic', 'remotelog.registry', 'url', 'avatar', '']) {
        assert.equal(await resolve(name, 'text', ALICE_ETH, key), await resolver.text(ALICE_ETH, key))
      }
    })
  })

  describe('given the name above is linked', () => {
    it('should answer with the topic of the label', async () => {
      const names = await linked()
      const { resolver, resolve, registry, writer, publish } = names
      assert.deepEqual(await logOf(names, 'chat.alice.eth'), [writer.address, CHAT_TOPIC, undefined, ''])
      await publish(CHAT_TOPIC, B)
      assert.deepEqual(await logOf(names, 'chat.alice.eth'), [writer.address, CHAT_TOPIC, B, ''])
      const coin = await resolve(wire('chat.alice.eth'), 'addr(bytes32,uint256)', CHAT, ETH)
      assert.equal(coin, writer.address.toLowerCase())
      const where = await resolve(wire('chat.alice.eth'), 'text', CHAT, 'remotelog.registry')
      assert.equal(where, `eip155:31337:${await registry.getAddress()}`)
      // Without the name there is nothing to take the topic from.
      assert.equal(await resolver['addr(bytes32)'](CHAT), ZeroAddress)
    })

    it('should give the url of the name above to nobody', async () => {
      const { resolve } = await linked()
      assert.equal(await resolve(wire('chat.alice.eth'), 'text', CHAT, 'url'), '')
    })

    describe('given the name is linked itself', () => {
      it('should answer by its own link', async () => {
        const names = await linked()
        const { as, give, alice, bob } = names
        await give('alice.eth', 'chat', bob, alice)
        await as(bob).link(CHAT, bob, bytes32(0x71), 'https://bob.example')
        const own = [bob.address, bytes32(0x71), undefined, 'https://bob.example']
        assert.deepEqual(await logOf(names, 'chat.alice.eth'), own)
      })
    })

    describe("given the name is somebody else's", () => {
      it('should answer with nothing', async () => {
        const names = await linked()
        const { as, give, ens, alice, bob, deployer } = names
        await give('alice.eth', 'chat', bob, alice)
        assert.deepEqual(await logOf(names, 'chat.alice.eth'), NOTHING)
        // Nor when it had been linked by an owner before.
        await as(bob).link(CHAT, bob, TOPIC, '')
        await call(ens, bob, 'setOwner', CHAT, deployer)
        assert.deepEqual(await logOf(names, 'chat.alice.eth'), NOTHING)
      })
    })

    describe("given the name is the same owner's, not linked", () => {
      it('should answer with the topic of the label', async () => {
        const names = await linked()
        const { as, give, wrap, alice, bob, writer } = names
        await give('alice.eth', 'chat', alice, alice)
        const byLabel = [writer.address, CHAT_TOPIC, undefined, '']
        assert.deepEqual(await logOf(names, 'chat.alice.eth'), byLabel)
        await as(alice).link(CHAT, bob, TOPIC, '')
        await as(alice).unlink(CHAT)
        assert.deepEqual(await logOf(names, 'chat.alice.eth'), byLabel)
        await wrap(CHAT, alice, alice)
        assert.deepEqual(await logOf(names, 'chat.alice.eth'), byLabel)
      })
    })

    describe('given the link above counts for nothing', () => {
      it('should answer with nothing', async () => {
        const names = await linked()
        await call(names.ens, names.alice, 'setOwner', ALICE_ETH, names.bob)
        assert.deepEqual(await logOf(names, 'chat.alice.eth'), NOTHING)
      })
    })
  })

  describe('given only the name two above is linked', () => {
    it('should answer with nothing', async () => {
      const names = await linked()
      assert.deepEqual(await logOf(names, 'old.chat.alice.eth'), NOTHING)
      // One deep from a name that is linked itself.
      const { as, give, alice, writer } = names
      await give('alice.eth', 'chat', alice, alice)
      await as(alice).link(CHAT, writer, CHAT_TOPIC, '')
      assert.deepEqual(await logOf(names, 'old.chat.alice.eth'), [writer.address, id('old'), undefined, ''])
    })
  })

  describe('given the root is linked', () => {
    it("should be the root's link alone", async () => {
      const names = await linked()
      const { as, resolve, deployer, writer } = names
      await as(deployer).link(ZeroHash, writer, TOPIC, '')
      assert.equal(await resolve('0x00', 'addr(bytes32)', ZeroHash), writer.address)
      assert.deepEqual(await logOf(names, 'eth'), NOTHING)
      assert.deepEqual(await logOf(names, 'xyz'), NOTHING)
    })
  })

  describe('given a label of 255 bytes, or of any bytes', () => {
    it('should answer with the topic of those bytes', async () => {
      const { resolve, writer } = await linked()
      const labels = [
        '0x00',
        '0x2e',
        `0x${'61'.repeat(63)}`,
        `0x${'ff'.repeat(255)}`,
        hexlify(toUtf8Bytes('Ä🎉')),
      ]
      for (const label of labels) {
        const name = concat([
          `0x${((label.length - 2) / 2).toString(16).padStart(2, '0')}`,
          label,
          wire('alice.eth'),
        ])
        const node = keccak256(concat([ALICE_ETH, keccak256(label)]))
        assert.equal(await resolve(name, 'text', node, 'remotelog.topic'), keccak256(label))
        assert.equal(await resolve(name, 'addr(bytes32)', node), writer.address)
      }
    })
  })
})
