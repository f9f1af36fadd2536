import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hexlify, id, namehash, randomBytes, ZeroAddress, ZeroHash } from 'ethers'
import { ALICE_ETH, call, ETH, errorOf, eventsOf, type Names, startNames, TOPIC, URL } from './names/world.ts'
import { bytes32, NOW } from './support/registry.ts'

const NOBODYS = namehash('nobody.eth')

/** What `linkOf` gives, as plain values. */
async function linkOf({ resolver }: Names, node = ALICE_ETH): Promise<unknown[]> {
  const [{ authority, owner, topic, url }, stands] = await resolver.linkOf(node)
  return [authority, owner, topic, url, stands]
}

describe('deployment', () => {
  describe("when there is no contract at the registry's, ENS's or the name wrapper's address", () => {
    it('should revert with NotAContract', async () => {
      const { ethers, resolver, registry, ens, wrapper, bob } = await startNames()
      for (const [i, contract] of [bob.address, ZeroAddress, bob.address].entries()) {
        const values: unknown[] = [registry, ens, wrapper]
        values[i] = contract
        const error = await errorOf(resolver, ethers.deployContract('RemoteLogResolver', values))
        assert.deepEqual(error, ['NotAContract', contract])
      }
    })
  })

  describe('when there is no name wrapper', () => {
    it('should resolve names that are not wrapped', async () => {
      const { ethers, registry, ens, alice, writer } = await startNames()
      const plain = await ethers.deployContract('RemoteLogResolver', [registry, ens, ZeroAddress])
      const resolver = plain as unknown as Names['resolver']
      await resolver.connect(alice).link(ALICE_ETH, writer, TOPIC, '')
      assert.equal(await resolver['addr(bytes32)'](ALICE_ETH), writer.address)
      assert.equal(await resolver['addr(bytes32)'](NOBODYS), ZeroAddress)
    })
  })

  describe('when all are there', () => {
    it('should say which they are', async () => {
      const { resolver, registry, ens, wrapper } = await startNames()
      assert.equal(await resolver.REGISTRY(), await registry.getAddress())
      assert.equal(await resolver.ENS(), await ens.getAddress())
      assert.equal(await resolver.NAME_WRAPPER(), await wrapper.getAddress())
    })
  })
})

describe('link', () => {
  describe('when nobody owns the node', () => {
    it('should revert with NodeNotOwned', async () => {
      const { ethers, resolver, as, alice } = await startNames()
      const error = await errorOf(resolver, as(alice).link(NOBODYS, alice, TOPIC, ''))
      assert.deepEqual(error, ['NodeNotOwned', NOBODYS, ZeroAddress, alice.address])
      // Nobody is no owner either, though a call can say that it comes from there.
      const data = resolver.interface.encodeFunctionData('link', [NOBODYS, alice.address, TOPIC, ''])
      const asNobody = ethers.provider.call({ from: ZeroAddress, to: await resolver.getAddress(), data })
      const nobody = ['NodeNotOwned', NOBODYS, ZeroAddress, ZeroAddress]
      assert.deepEqual(await errorOf(resolver, asNobody), nobody)
    })
  })

  describe('when the caller is neither the ENS owner nor approved', () => {
    it('should revert with NodeNotOwned', async () => {
      const names = await startNames()
      const { resolver, as, alice, bob, deployer } = names
      // Bob; and who owns the name above.
      for (const caller of [bob, deployer]) {
        const error = await errorOf(resolver, as(caller).link(ALICE_ETH, caller, TOPIC, ''))
        assert.deepEqual(error, ['NodeNotOwned', ALICE_ETH, alice.address, caller.address])
      }
      assert.deepEqual(await linkOf(names), [ZeroAddress, ZeroAddress, ZeroHash, '', false])
    })
  })

  describe('when the owner of the log is zero', () => {
    it('should revert with ZeroOwner', async () => {
      const { resolver, as, alice } = await startNames()
      const error = await errorOf(resolver, as(alice).link(ALICE_ETH, ZeroAddress, TOPIC, ''))
      assert.deepEqual(error, ['ZeroOwner', ALICE_ETH, TOPIC])
    })
  })

  describe('when the ENS owner calls', () => {
    it('should link the node and emit the events', async () => {
      const names = await startNames()
      const { resolver, as, alice, writer } = names
      const receipt = await (await as(alice).link(ALICE_ETH, writer, TOPIC, URL)).wait()
      assert.deepEqual(await linkOf(names), [alice.address, writer.address, TOPIC, URL, true])
      const [linked, ...ofEns] = eventsOf(resolver, receipt)
      assert.deepEqual(linked, ['LogLinked', ALICE_ETH, writer.address, TOPIC, alice.address])
      assert.deepEqual(ofEns.slice(0, 2), [
        ['AddrChanged', ALICE_ETH, writer.address],
        ['AddressChanged', ALICE_ETH, ETH, writer.address.toLowerCase()],
      ])
      const [name, node, indexed, key, value] = ofEns[2]!
      assert.deepEqual([name, node, key, value], ['TextChanged', ALICE_ETH, 'url', URL])
      assert.equal((indexed as { hash: string }).hash, id('url'))
      assert.equal(ofEns.length, 3)
    })

    it('should replace the link that stood, url included', async () => {
      const names = await startNames()
      const { as, alice, bob, writer } = names
      await as(alice).link(ALICE_ETH, writer, TOPIC, URL.repeat(9))
      await as(alice).link(ALICE_ETH, bob, bytes32(0x71), '')
      assert.deepEqual(await linkOf(names), [alice.address, bob.address, bytes32(0x71), '', true])
    })
  })

  describe("when an operator calls that the owner approved in ENS's registry", () => {
    it('should link the node for the ENS owner', async () => {
      const names = await startNames()
      const { ens, as, alice, operator, writer } = names
      await call(ens, alice, 'setApprovalForAll', operator, true)
      await as(operator).link(ALICE_ETH, writer, TOPIC, '')
      assert.deepEqual(await linkOf(names), [alice.address, writer.address, TOPIC, '', true])
    })
  })

  describe('given the name is wrapped', () => {
    const wrapped = async () => {
      const names = await startNames()
      await names.wrap(ALICE_ETH, names.alice, names.bob)
      return names
    }

    describe("when the token's owner calls", () => {
      it('should link the node for them', async () => {
        const names = await wrapped()
        await names.as(names.bob).link(ALICE_ETH, names.writer, TOPIC, '')
        assert.deepEqual(await linkOf(names), [names.bob.address, names.writer.address, TOPIC, '', true])
      })
    })

    describe("when an operator calls that the token's owner approved in the wrapper", () => {
      it("should link the node for the token's owner", async () => {
        const names = await wrapped()
        await call(names.wrapper, names.bob, 'setApprovalForAll', names.operator, true)
        await names.as(names.operator).link(ALICE_ETH, names.writer, TOPIC, '')
        assert.deepEqual(await linkOf(names), [names.bob.address, names.writer.address, TOPIC, '', true])
      })
    })

    describe("when an operator calls that the token's owner approved in ENS's registry alone", () => {
      it('should revert with NodeNotOwned', async () => {
        const { ens, resolver, as, bob, operator } = await wrapped()
        await call(ens, bob, 'setApprovalForAll', operator, true)
        const error = await errorOf(resolver, as(operator).link(ALICE_ETH, bob, TOPIC, ''))
        assert.deepEqual(error, ['NodeNotOwned', ALICE_ETH, bob.address, operator.address])
      })
    })

    describe('when the wrapper, or who wrapped it, calls', () => {
      it('should revert with NodeNotOwned', async () => {
        const { provider, ethers, resolver, wrapper, as, alice, bob } = await wrapped()
        const address = await wrapper.getAddress()
        await provider.request({ method: 'hardhat_setBalance', params: [address, '0xde0b6b3a7640000'] })
        const callers = [alice, await ethers.getImpersonatedSigner(address)]
        for (const caller of callers) {
          const error = await errorOf(resolver, as(caller).link(ALICE_ETH, caller, TOPIC, ''))
          assert.deepEqual(error, ['NodeNotOwned', ALICE_ETH, bob.address, caller.address])
        }
      })
    })
  })
})

describe('unlink', () => {
  describe('when the caller is neither the ENS owner nor approved', () => {
    it('should revert with NodeNotOwned', async () => {
      const { resolver, as, alice, bob } = await startNames()
      await as(alice).link(ALICE_ETH, bob, TOPIC, '')
      const error = await errorOf(resolver, as(bob).unlink(ALICE_ETH))
      assert.deepEqual(error, ['NodeNotOwned', ALICE_ETH, alice.address, bob.address])
    })
  })

  describe('when there is no link', () => {
    it('should revert with NotLinked', async () => {
      const { resolver, as, alice } = await startNames()
      assert.deepEqual(await errorOf(resolver, as(alice).unlink(ALICE_ETH)), ['NotLinked', ALICE_ETH])
    })
  })

  describe('when the link stands', () => {
    it('should take it away and emit the events', async () => {
      const names = await startNames()
      const { resolver, as, alice, writer } = names
      await as(alice).link(ALICE_ETH, writer, TOPIC, URL)
      const receipt = await (await as(alice).unlink(ALICE_ETH)).wait()
      assert.deepEqual(await linkOf(names), [ZeroAddress, ZeroAddress, ZeroHash, '', false])
      const events = eventsOf(resolver, receipt)
      assert.deepEqual(events.slice(0, 3), [
        ['LogUnlinked', ALICE_ETH],
        ['AddrChanged', ALICE_ETH, ZeroAddress],
        ['AddressChanged', ALICE_ETH, ETH, '0x'],
      ])
      const [name, node, indexed, key, value] = events[3]!
      assert.deepEqual([name, node, key, value], ['TextChanged', ALICE_ETH, 'url', ''])
      assert.equal((indexed as { hash: string }).hash, id('url'))
      assert.equal(events.length, 4)
      assert.deepEqual(await errorOf(resolver, as(alice).unlink(ALICE_ETH)), ['NotLinked', ALICE_ETH])
    })
  })

  describe('when the link is of an owner before', () => {
    it('should take it away', async () => {
      const names = await startNames()
      const { ens, as, alice, bob, writer } = names
      await as(alice).link(ALICE_ETH, writer, TOPIC, URL)
      await call(ens, alice, 'setOwner', ALICE_ETH, bob)
      await as(bob).unlink(ALICE_ETH)
      await call(ens, bob, 'setOwner', ALICE_ETH, alice)
      assert.deepEqual(await linkOf(names), [ZeroAddress, ZeroAddress, ZeroHash, '', false])
    })
  })
})

describe('setText', () => {
  describe('when the caller is neither the ENS owner nor approved', () => {
    it('should revert with NodeNotOwned', async () => {
      const { resolver, as, alice, bob } = await startNames()
      await as(alice).link(ALICE_ETH, bob, TOPIC, '')
      const error = await errorOf(resolver, as(bob).setText(ALICE_ETH, 'url', URL))
      assert.deepEqual(error, ['NodeNotOwned', ALICE_ETH, alice.address, bob.address])
    })
  })

  describe('when the key is another than url', () => {
    it('should revert with UnsupportedRecord', async () => {
      const { resolver, as, alice } = await startNames()
      await as(alice).link(ALICE_ETH, alice, TOPIC, '')
      for (const key of ['', 'URL', 'avatar', 'remotelog.topic', 'remotelog.registry']) {
        const error = await errorOf(resolver, as(alice).setText(ALICE_ETH, key, URL))
        assert.deepEqual(error, ['UnsupportedRecord', ALICE_ETH, key])
      }
    })
  })

  describe('when there is no link that stands', () => {
    it('should revert with NotLinked', async () => {
      const { ens, resolver, as, alice, bob } = await startNames()
      const attempt = (caller: typeof alice) => errorOf(resolver, as(caller).setText(ALICE_ETH, 'url', URL))
      assert.deepEqual(await attempt(alice), ['NotLinked', ALICE_ETH])
      await as(alice).link(ALICE_ETH, alice, TOPIC, '')
      await call(ens, alice, 'setOwner', ALICE_ETH, bob)
      assert.deepEqual(await attempt(bob), ['NotLinked', ALICE_ETH])
    })
  })

  describe('when there is', () => {
    it('should set the url and emit TextChanged', async () => {
      const names = await startNames()
      const { ens, resolver, as, alice, operator, writer } = names
      await as(alice).link(ALICE_ETH, writer, TOPIC, URL)
      await call(ens, alice, 'setApprovalForAll', operator, true)
      const long = `${URL}/${hexlify(randomBytes(40))}`
      const receipt = await (await as(operator).setText(ALICE_ETH, 'url', long)).wait()
      const [[name, node, indexed, key, value] = []] = eventsOf(resolver, receipt)
      assert.deepEqual([name, node, key, value], ['TextChanged', ALICE_ETH, 'url', long])
      assert.equal((indexed as { hash: string }).hash, id('url'))
      assert.deepEqual(await linkOf(names), [alice.address, writer.address, TOPIC, long, true])
      await as(alice).setText(ALICE_ETH, 'url', '')
      assert.equal(await resolver.text(ALICE_ETH, 'url'), '')
    })
  })
})

describe('a link', () => {
  /** A name that Alice linked, and what it answers. */
  const linked = async () => {
    const names = await startNames()
    const { as, alice, writer, resolver } = names
    await as(alice).link(ALICE_ETH, writer, TOPIC, URL)
    await names.publish(TOPIC, bytes32(0xaa))
    const records = async () => [
      await resolver['addr(bytes32)'](ALICE_ETH),
      (await resolver.contenthash(ALICE_ETH)) !== '0x',
      await resolver.text(ALICE_ETH, 'url'),
      (await linkOf(names))[4],
    ]
    const all = [writer.address, true, URL, true]
    assert.deepEqual(await records(), all)
    return { ...names, records, all, none: [ZeroAddress, false, '', false] }
  }

  describe('when the name is transferred', () => {
    it('should count for nothing', async () => {
      const { ens, alice, bob, records, none } = await linked()
      await call(ens, alice, 'setOwner', ALICE_ETH, bob)
      assert.deepEqual(await records(), none)
    })

    it('should count again when the name comes back', async () => {
      const { ens, alice, bob, records, all } = await linked()
      await call(ens, alice, 'setOwner', ALICE_ETH, bob)
      await call(ens, bob, 'setOwner', ALICE_ETH, alice)
      assert.deepEqual(await records(), all)
    })
  })

  describe('when the name is deleted', () => {
    it('should count for nothing', async () => {
      const { ens, alice, records, none } = await linked()
      await call(ens, alice, 'setOwner', ALICE_ETH, ZeroAddress)
      assert.deepEqual(await records(), none)
    })
  })

  describe('when the name is wrapped for the same owner, or unwrapped to them', () => {
    it('should stand', async () => {
      const { wrapper, wrap, alice, records, all } = await linked()
      await wrap(ALICE_ETH, alice, alice)
      assert.deepEqual(await records(), all)
      await call(wrapper, alice, 'unwrap', ALICE_ETH, alice)
      assert.deepEqual(await records(), all)
    })
  })

  describe('when the name is wrapped for another owner', () => {
    it('should count for nothing', async () => {
      const { wrap, alice, bob, records, none } = await linked()
      await wrap(ALICE_ETH, alice, bob)
      assert.deepEqual(await records(), none)
    })
  })

  describe('when the wrapped name is transferred', () => {
    it('should count for nothing', async () => {
      const { wrapper, wrap, alice, bob, records, none } = await linked()
      await wrap(ALICE_ETH, alice, alice)
      await call(wrapper, alice, 'transfer', ALICE_ETH, bob)
      assert.deepEqual(await records(), none)
    })
  })

  describe('when the wrapped name is unwrapped to another owner', () => {
    it('should count for nothing', async () => {
      const { wrapper, wrap, alice, bob, records, none } = await linked()
      await wrap(ALICE_ETH, alice, alice)
      await call(wrapper, alice, 'unwrap', ALICE_ETH, bob)
      assert.deepEqual(await records(), none)
    })
  })

  describe('when the wrapped name was emancipated and expires', () => {
    it('should count for nothing', async () => {
      const { provider, setTime, wrap, alice, records, all, none } = await linked()
      const expiry = NOW + 1000n
      await wrap(ALICE_ETH, alice, alice, true, expiry)
      await setTime(expiry)
      await provider.request({ method: 'evm_mine', params: [] })
      assert.deepEqual(await records(), all)
      await setTime(expiry + 1n)
      await provider.request({ method: 'evm_mine', params: [] })
      assert.deepEqual(await records(), none)
    })
  })

  describe('when the approval of the operator who made it is taken back', () => {
    const revoked = async () => {
      const names = await linked()
      const { ens, as, alice, operator, writer } = names
      await call(ens, alice, 'setApprovalForAll', operator, true)
      await as(operator).link(ALICE_ETH, writer, TOPIC, URL)
      await call(ens, alice, 'setApprovalForAll', operator, false)
      return names
    }

    it('should stand', async () => {
      const { records, all } = await revoked()
      assert.deepEqual(await records(), all)
    })

    it('should be changed by that operator no more', async () => {
      const { resolver, as, alice, operator, records, all } = await revoked()
      const mine = as(operator)
      for (const work of [
        () => mine.link(ALICE_ETH, operator, TOPIC, ''),
        () => mine.unlink(ALICE_ETH),
        () => mine.setText(ALICE_ETH, 'url', ''),
      ]) {
        const error = await errorOf(resolver, work())
        assert.deepEqual(error, ['NodeNotOwned', ALICE_ETH, alice.address, operator.address])
      }
      assert.deepEqual(await records(), all)
    })
  })
})
