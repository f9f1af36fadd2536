import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BrowserProvider, type Contract, EnsPlugin, id, Network, namehash } from 'ethers'
import { ALICE_ETH, CHAT, ETH, type Names, startNames, TOPIC, URL, wire } from './names/world.ts'
import { A, B } from './support/registry.ts'

/** `alice.eth` linked to a log with the head A, its topic `chat` with the head B. */
async function published(): Promise<Names> {
  const names = await startNames()
  await names.as(names.alice).link(ALICE_ETH, names.writer, TOPIC, URL)
  await names.publish(TOPIC, A)
  await names.publish(id('chat'), B)
  return names
}

/** ethers' own provider, told where ENS stands on this chain, as anybody would tell it for a chain that it does not know. */
async function ethersOn(names: Names, universal?: Contract): Promise<BrowserProvider> {
  const network = new Network('local', 31337)
  const ens = new EnsPlugin(await names.ens.getAddress(), 31337)
  if (universal !== undefined) {
    Object.defineProperty(ens, 'universalResolver', { value: await universal.getAddress() })
    Object.defineProperty(ens, 'clone', { value: () => ens })
  }
  network.attachPlugin(ens)
  return new BrowserProvider(names.provider, network)
}

describe('through ENS', () => {
  describe('when ethers asks for a resolver', () => {
    /** By itself, and with the universal resolver, which it prefers where it knows one. */
    const providers = async (names: Names) => {
      const universal = await names.ethers.deployContract('UniversalResolverDouble', [names.ens])
      return [await ethersOn(names), await ethersOn(names, universal as unknown as Contract)]
    }

    it('should read all records of a linked name', async () => {
      const names = await published()
      for (const provider of await providers(names)) {
        const resolver = await provider.getResolver('alice.eth')
        assert.equal(resolver!.address, await names.resolver.getAddress())
        assert.equal(await resolver!.getContentHash(), `bzz://${A.slice(2)}`)
        assert.equal(await resolver!.getAddress(), names.writer.address)
        assert.equal(await resolver!.getText('remotelog.topic'), TOPIC)
        const registry = await names.registry.getAddress()
        assert.equal(await resolver!.getText('remotelog.registry'), `eip155:31337:${registry}`)
        assert.equal(await resolver!.getText('url'), URL)
        assert.equal(await provider.resolveName('alice.eth'), names.writer.address)
      }
    })

    it("should read a topic's records by its name", async () => {
      const names = await published()
      for (const provider of await providers(names)) {
        const resolver = await provider.getResolver('chat.alice.eth')
        assert.equal(await resolver!.getContentHash(), `bzz://${B.slice(2)}`)
        assert.equal(await resolver!.getAddress(), names.writer.address)
        assert.equal(await resolver!.getText('remotelog.topic'), id('chat'))
        const other = await provider.getResolver('other.alice.eth')
        assert.equal(await other!.getContentHash(), null)
        assert.equal(await other!.getText('remotelog.topic'), id('other'))
      }
    })

    it('should find nothing where nothing is linked', async () => {
      const names = await published()
      await names.as(names.alice).unlink(ALICE_ETH)
      for (const provider of await providers(names)) {
        for (const name of ['alice.eth', 'chat.alice.eth', 'old.chat.alice.eth']) {
          const resolver = await provider.getResolver(name)
          assert.equal(await resolver!.getContentHash(), null)
          assert.equal(await resolver!.getAddress(), null)
          assert.equal(await resolver!.getText('remotelog.topic'), '')
        }
      }
    })
  })

  describe('when the universal resolver asks', () => {
    /** What it answers to a call, decoded, beside the resolver that it found. */
    const asking = async () => {
      const names = await published()
      const universal = await names.ethers.deployContract('UniversalResolverDouble', [names.ens])
      const { interface: encode } = names.resolver
      const ask = async (name: string, method: string, ...values: unknown[]) => {
        const data = encode.encodeFunctionData(method as 'text', [namehash(name), ...values] as never)
        const [answer, by] = await universal.getFunction('resolve').staticCall(wire(name), data)
        return [encode.decodeFunctionResult(method as 'text', answer)[0], by]
      }
      return { ...names, universal, ask, address: await names.resolver.getAddress() }
    }

    it('should get what the call returns, encoded so', async () => {
      const { ask, address, writer } = await asking()
      for (const [name, topic, head, url] of [
        ['alice.eth', TOPIC, A, URL],
        ['chat.alice.eth', id('chat'), B, ''],
      ] as const) {
        assert.deepEqual(await ask(name, 'addr(bytes32)'), [writer.address, address])
        assert.deepEqual(await ask(name, 'addr(bytes32,uint256)', ETH), [
          writer.address.toLowerCase(),
          address,
        ])
        assert.deepEqual(await ask(name, 'contenthash'), [`0xe40101fa011b20${head.slice(2)}`, address])
        assert.deepEqual(await ask(name, 'text', 'remotelog.topic'), [topic, address])
        assert.deepEqual(await ask(name, 'text', 'url'), [url, address])
      }
    })

    it("should get nothing it can't decode for names not linked", async () => {
      const { ask, address } = await asking()
      assert.deepEqual(await ask('old.chat.alice.eth', 'contenthash'), ['0x', address])
      assert.deepEqual(await ask('old.chat.alice.eth', 'text', 'url'), ['', address])
    })

    it("should hand over the resolver's error", async () => {
      const { universal, resolver } = await asking()
      // pubkey(bytes32)
      const data = `0xc8690233${CHAT.slice(2)}`
      const thrown = await universal
        .getFunction('resolve')
        .staticCall(wire('chat.alice.eth'), data)
        .catch((error: unknown) => error as { data: string })
      const [inner] = universal.interface.decodeErrorResult('ResolverError', thrown.data)
      const error = resolver.interface.parseError(inner)!
      assert.deepEqual([error.name, ...error.args], ['UnsupportedResolverProfile', '0xc8690233'])
    })
  })
})
