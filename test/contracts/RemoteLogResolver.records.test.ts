import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dataSlice, id, toBeHex, ZeroAddress } from 'ethers'
import { ALICE_ETH, CHAT, ETH, type Names, startNames, TOPIC, URL } from './names/world.ts'
import { A, B, bytes32 } from './support/registry.ts'

const KEYS = ['remotelog.topic', 'remotelog.registry', 'url', 'avatar', '']

/** Contenthash, address, address by coin type, texts of {@link KEYS}. */
async function recordsOf({ resolver }: Names): Promise<unknown[]> {
  return [
    await resolver.contenthash(ALICE_ETH),
    await resolver['addr(bytes32)'](ALICE_ETH),
    await resolver['addr(bytes32,uint256)'](ALICE_ETH, ETH),
    ...(await Promise.all(KEYS.map(key => resolver.text(ALICE_ETH, key)))),
  ]
}

async function linked(): Promise<Names> {
  const names = await startNames()
  await names.as(names.alice).link(ALICE_ETH, names.writer, TOPIC, URL)
  return names
}

/** ERC-165: the exclusive or of the selectors. */
function interfaceId(...signatures: string[]): string {
  const both = signatures.map(signature => BigInt(dataSlice(id(signature), 0, 4))).reduce((a, b) => a ^ b)
  return toBeHex(both, 4)
}

describe('ensOwnerOf', () => {
  describe('given nobody owns the name', () => {
    it('should answer zero', async () => {
      const { resolver } = await startNames()
      assert.equal(await resolver.ensOwnerOf(CHAT), ZeroAddress)
    })
  })

  describe('given the name is not wrapped', () => {
    it("should answer the owner in ENS's registry", async () => {
      const { resolver, alice } = await startNames()
      assert.equal(await resolver.ensOwnerOf(ALICE_ETH), alice.address)
    })
  })

  describe('given the name is wrapped', () => {
    it("should answer the token's owner", async () => {
      const { resolver, wrap, alice, bob } = await startNames()
      await wrap(ALICE_ETH, alice, bob)
      assert.equal(await resolver.ensOwnerOf(ALICE_ETH), bob.address)
    })
  })
})

describe('records', () => {
  describe('given no link', () => {
    it('should answer each with nothing', async () => {
      assert.deepEqual(await recordsOf(await startNames()), ['0x', ZeroAddress, '0x', '', '', '', '', ''])
    })
  })

  describe('given a link without a head', () => {
    it('should answer contenthash with nothing', async () => {
      const { resolver } = await linked()
      assert.equal(await resolver.contenthash(ALICE_ETH), '0x')
    })
  })

  describe('given a link and a head', () => {
    it('should answer contenthash with the head as ENSIP-7 writes it', async () => {
      const { resolver, publish } = await linked()
      // The standard's own example.
      const hash = 'd1de9994b4d039f6548d191eb26786769f580809256b4685ef316805265ea162'
      await publish(TOPIC, `0x${hash}`)
      assert.equal(await resolver.contenthash(ALICE_ETH), `0xe40101fa011b20${hash}`)
    })

    it('should follow the head', async () => {
      const { resolver, registry, writer, publish } = await linked()
      await publish(TOPIC, A)
      await registry.connect(writer).publish(TOPIC, A, B)
      assert.equal(dataSlice(await resolver.contenthash(ALICE_ETH), 7), B)
      await registry.connect(writer).publish(bytes32(0x71), bytes32(0), A)
      assert.equal(dataSlice(await resolver.contenthash(ALICE_ETH), 7), B)
    })

    it('should answer addr with the owner, for coin type 60 too, and for no other', async () => {
      const { resolver, writer, publish } = await linked()
      await publish(TOPIC, A)
      assert.equal(await resolver['addr(bytes32)'](ALICE_ETH), writer.address)
      assert.equal(await resolver['addr(bytes32,uint256)'](ALICE_ETH, ETH), writer.address.toLowerCase())
      // Bitcoin; Ethereum by ENSIP-11; any EVM chain by ENSIP-19; Gnosis; 60 with a bit too many.
      for (const other of [0n, 0x8000_0001n, 0x8000_0000n, 0x8000_0064n, 60n | (1n << 255n)]) {
        assert.equal(await resolver['addr(bytes32,uint256)'](ALICE_ETH, other), '0x')
      }
    })

    it('should answer text with topic, registry and url, and with nothing for other keys', async () => {
      const { resolver, registry, publish } = await linked()
      await publish(TOPIC, A)
      const texts = await Promise.all(KEYS.map(key => resolver.text(ALICE_ETH, key)))
      const caip10 = `eip155:31337:${await registry.getAddress()}`
      assert.deepEqual(texts, [TOPIC, caip10, URL, '', ''])
    })
  })

  describe('supportsInterface', () => {
    it('should know the interfaces of the records, of ENSIP-10 and of ERC-165, by the ids of their standards', async () => {
      const { resolver } = await startNames()
      const standards: [string, string][] = [
        ['supportsInterface(bytes4)', '0x01ffc9a7'],
        ['addr(bytes32)', '0x3b3b57de'],
        ['addr(bytes32,uint256)', '0xf1cb7e06'],
        ['text(bytes32,string)', '0x59d1d43c'],
        ['contenthash(bytes32)', '0xbc1c58d1'],
        ['resolve(bytes,bytes)', '0x9061b923'],
      ]
      for (const [signature, standard] of standards) {
        assert.equal(interfaceId(signature), standard)
        assert.equal(await resolver.supportsInterface(standard), true, signature)
      }
    })

    it('should know its own, and no other', async () => {
      const { resolver } = await startNames()
      const own = interfaceId(
        'link(bytes32,address,bytes32,string)',
        'unlink(bytes32)',
        'setText(bytes32,string,string)',
        'linkOf(bytes32)',
        'ensOwnerOf(bytes32)',
        'REGISTRY()',
        'ENS()',
        'NAME_WRAPPER()',
      )
      assert.equal(await resolver.supportsInterface(own), true)
      // ERC-165's "none"; multicall; name; ABI; the old content.
      for (const other of [
        '0xffffffff',
        '0xac9650d8',
        '0x691f3431',
        '0x2203ab56',
        '0xd8389dc5',
        '0x00000000',
      ]) {
        assert.equal(await resolver.supportsInterface(other), false, other)
      }
    })
  })
})
