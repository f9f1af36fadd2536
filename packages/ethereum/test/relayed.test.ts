import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { parseAddress } from '@remote-log/core'
import {
  authorizeWriter,
  httpRelayer,
  parseSignedHead,
  RelayedNameSystem,
  type RelayedOptions,
  type Relayer,
  type SignedHead,
  signerOf,
  submitSigned,
} from '../src/index.ts'
import { A, B, C, startWorld, thrownBy } from './world.ts'

/** Alice, who has no ether from now on, and Bob, who pays if he wants to. */
async function startRelay(
  t: TestContext,
  relay: (submit: Relayer) => Relayer,
  more: Partial<RelayedOptions> = {},
) {
  const world = await startWorld(t)
  const { chain, options, alice, bob } = world
  await chain.ask('hardhat_setBalance', alice.address, '0x0')
  const given: SignedHead[] = []
  const submit: Relayer = head => submitSigned({ ...options, provider: chain.provider, signer: bob }, [head])
  const relayer: Relayer = (head, call) => {
    given.push(head)
    return relay(submit)(head, call)
  }
  const names = new RelayedNameSystem({ ...options, relayer, waitMs: 60_000, ...more })
  return { ...world, names, given, submit }
}

const nothing: Relayer = async () => undefined

test('an owner without ether publishes: the relayer pays', async t => {
  const { names, log, honest, given, alice } = await startRelay(t, submit => submit)
  const publication = await names.publish(log, undefined, A)
  assert.equal(publication.head, A)
  assert.equal(publication.transaction, undefined, 'the transaction is not theirs')
  assert.equal((await names.publish(log, A, B)).head, B)
  assert.deepEqual(await honest.head(log).then(({ head }) => head), B)
  assert.deepEqual(
    given.map(({ owner, expected, next, by }) => [owner, expected, next, by]),
    [
      [alice.address.toLowerCase(), null, A, 'key'],
      [alice.address.toLowerCase(), A, B, 'key'],
    ],
  )
})

test('a relayer that does nothing, whatever it says: UNAVAILABLE in bounded time, and the same statement again', async t => {
  let help = false
  let submitted: Promise<unknown> | undefined
  const relay = (submit: Relayer): Relayer => {
    return (head, call) => {
      const done = (help ? submit : nothing)(head, call)
      submitted = done
      return done
    }
  }
  const { names, log, given, node } = await startRelay(t, relay, { waitMs: 100 })
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.deepEqual([error.details.reason, error.details.next], ['relayer', A])
  assert.equal(error.details.deadline, given[0]!.deadline)
  assert.equal(JSON.stringify(error).includes(given[0]!.signature.slice(2, 20)), false)
  help = true
  // The chain answers when the relayer is through, however long that takes.
  node.answer(async (_method, good) => {
    await submitted
    return await good()
  })
  assert.equal((await names.publish(log, undefined, A)).head, A)
  assert.deepEqual(given[1], given[0], 'nothing else was signed')
})

test('a relayer that fails ends the wait, unless the head stands all the same', async t => {
  const dead = await startRelay(t, () => () => Promise.reject(new TypeError('a bug of the relayer')))
  const error = await thrownBy(dead.names.publish(dead.log, undefined, A))
  assert.deepEqual([error.code, error.details.next], ['UNAVAILABLE', A])
  // The answer is lost, not the head.
  const { names, log } = await startRelay(t, submit => async (head, call) => {
    await submit(head, call)
    throw new TypeError('cut')
  })
  assert.equal((await names.publish(log, undefined, A)).head, A)
})

test('a slow relayer: the call ends when the chain has the head; one that comes later is found', async t => {
  const forever = new Promise<never>(() => {})
  let told: AbortSignal | undefined
  const { names, log } = await startRelay(t, submit => async (head, call) => {
    told = call.signal
    await submit(head, call)
    await forever
  })
  assert.equal((await names.publish(log, undefined, A)).head, A)
  assert.equal(told?.aborted, true, 'it is told that nobody waits any more')

  const late = await startRelay(t, () => nothing, { waitMs: 50 })
  assert.equal((await thrownBy(late.names.publish(late.log, undefined, A))).code, 'UNAVAILABLE')
  await late.submit(late.given[0]!, {})
  const again = await thrownBy(late.names.publish(late.log, undefined, A))
  assert.deepEqual([again.code, again.details.current], ['CONFLICT', A], 'as any head that arrived unseen')
})

test('a malicious relayer can submit what was signed and nothing else', async t => {
  const old: SignedHead[] = []
  const { names, log, honest } = await startRelay(t, submit => async (head, call) => {
    old.push(head)
    if (old.length === 1) throw new TypeError('kept')
    // Another head, another log's owner, a later deadline: the registry takes none of them.
    const forged = [
      { ...head, next: C },
      { ...head, expected: A },
      { ...head, deadline: head.deadline + 1 },
    ]
    for (const each of forged) await submit(each, call)
    await submit(old[0]!, call)
    await submit(head, call)
  })
  assert.equal((await thrownBy(names.publish(log, undefined, A))).code, 'UNAVAILABLE')
  // The older head comes first: this one lost, and the one that won is one that was signed.
  const error = await thrownBy(names.publish(log, undefined, B))
  assert.deepEqual([error.code, error.details.current], ['CONFLICT', A])
  assert.equal((await honest.head(log)).head, A)
})

test('a statement whose time is over is signed anew', async t => {
  const lead = 3600
  const failing: Relayer = async () => {
    throw new TypeError('dead')
  }
  const { names, log, given, chain, submit } = await startRelay(t, () => failing, { leadSeconds: lead })
  await thrownBy(names.publish(log, undefined, A))
  await chain.ask('evm_increaseTime', 2 * lead)
  await chain.ask('hardhat_mine')
  await thrownBy(names.publish(log, undefined, A))
  assert.equal(given.length, 2)
  assert.ok(given[1]!.deadline > given[0]!.deadline)
  await submit(given[0]!, {})
  assert.equal((await names.head(log)).head, undefined, 'the registry does not take the old one')
  await submit(given[1]!, {})
  assert.equal((await names.head(log)).head, A)
})

test('a wait that outlasts the statement ends with it', async t => {
  const { names, log, chain } = await startRelay(
    t,
    () => async () => {
      await chain.ask('evm_increaseTime', 300)
      await chain.ask('hardhat_mine')
    },
    { leadSeconds: 100 },
  )
  const error = await thrownBy(names.publish(log, undefined, A))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.match(error.message, /its time was over/)
})

test('confirmations: a head that a reorganisation takes away while it is waited for is waited for again', async t => {
  const submitted = Promise.withResolvers<void>()
  const relay = (submit: Relayer): Relayer => {
    return async (head, call) => {
      await submit(head, call)
      submitted.resolve()
    }
  }
  const { names, log, chain, node, submit, given } = await startRelay(t, relay, { confirmations: 3 })
  const published = names.publish(log, undefined, A)
  await submitted.promise
  await chain.reorganise(1)
  node.asked.length = 0
  await node.untilAsked('eth_call', 2)
  // The relayer sends it again, maybe more than once, and the chain goes on.
  let waiting = true
  const ended = published.finally(() => {
    waiting = false
  })
  while (waiting) {
    await submit(given[0]!, {}).catch(() => undefined)
    await chain.ask('hardhat_mine', '0x2')
  }
  const { block, head } = await ended
  assert.equal(head, A)
  assert.ok(block.number + 2 <= Number(await chain.ask('eth_blockNumber')))
})

test('the signal ends the wait; the node may fail a few times, not for ever', async t => {
  const stop = new AbortController()
  const submitted = Promise.withResolvers<void>()
  const { names, log, honest } = await startRelay(t, submit => async (head, call) => {
    stop.abort()
    await submit(head, call)
    submitted.resolve()
  })
  assert.equal((await thrownBy(names.publish(log, undefined, A, { signal: stop.signal }))).code, 'ABORTED')
  await submitted.promise
  assert.equal((await honest.head(log)).head, A)
  let broken = 0
  const flaky = await startRelay(t, () => async () => {
    flaky.node.answer(async (method, good) => {
      if (method === 'eth_call' && broken-- > 0) throw { code: -32000, message: 'broken' }
      return await good()
    })
    await flaky.submit(flaky.given.at(-1)!, {})
  })
  broken = 2
  assert.equal((await flaky.names.publish(flaky.log, undefined, A)).head, A)
  broken = Number.POSITIVE_INFINITY
  assert.equal((await thrownBy(flaky.names.publish(flaky.log, A, B))).code, 'UNAVAILABLE')
})

test("a writer's key signs as the writer; one that is none is READ_ONLY", async t => {
  const world = await startWorld(t)
  const { options, alice, bob, log } = world
  const phone = signerOf(`0x${'77'.repeat(32)}`)
  const relayer: Relayer = head => submitSigned({ ...options, signer: bob }, [head])
  const names = new RelayedNameSystem({ ...options, relayer, signer: phone })
  assert.equal((await thrownBy(names.publish(log, undefined, A))).code, 'READ_ONLY')
  const expiry = Math.floor(Date.now() / 1000) + 3600
  await authorizeWriter(
    { ...options, signer: alice },
    { topic: log.topic, writer: parseAddress(phone.address), expiry },
  )
  assert.equal((await names.publish(log, undefined, A)).head, A)
})

test('over HTTP: what is posted can be submitted; refusals are REFUSED, all else UNAVAILABLE; keys stay out of errors', async t => {
  const world = await startWorld(t)
  const { options, bob, log } = world
  let answer: (body: string) => Promise<number> = async () => 202
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request)
    const status = await answer(Buffer.concat(chunks).toString()).catch(() => 500)
    if (status === 0) request.socket.destroy()
    else response.writeHead(status).end('<html>')
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/relay?key=s3cret`
  const names = new RelayedNameSystem({ ...options, relayer: url })
  const hasty = new RelayedNameSystem({ ...options, relayer: url, waitMs: 100 })
  for (const [status, code] of [
    [400, 'REFUSED'],
    [402, 'REFUSED'],
    [429, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
    [0, 'UNAVAILABLE'],
    [200, 'UNAVAILABLE'],
  ] as const) {
    answer = async () => status
    const error = await thrownBy((status === 200 ? hasty : names).publish(log, undefined, A))
    assert.equal(error.code, code, String(status))
    assert.equal(error.details.reason, 'relayer')
    assert.doesNotMatch(error.message + JSON.stringify(error.details), /s3cret/)
  }
  answer = async body => {
    await submitSigned({ ...options, signer: bob }, [parseSignedHead(JSON.parse(body))])
    return 202
  }
  assert.equal((await names.publish(log, undefined, A)).head, A)
  for (const wrong of ['ftp://x', 'nonsense', 'http://me:s3cret@127.0.0.1/']) {
    assert.throws(() => httpRelayer(wrong), { code: 'INVALID_ARGUMENT' })
  }
})
