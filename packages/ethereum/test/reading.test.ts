import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogKey, parseAddress, topicOf } from '@remote-log/core'
import { RegistryNameSystem, registryInterface } from '../src/index.ts'
import { CHAIN_ID } from './chain.ts'
import { A, B, startWorld, thrownBy } from './world.ts'

test('a node of another chain is WRONG_CHAIN, whatever is asked', async t => {
  const world = await startWorld(t, { chainId: 1 })
  const { names, log, node } = world
  for (const work of [
    () => names.chainId(),
    () => names.head(log),
    () => names.block(0),
    () => names.publish(log, undefined, A),
  ]) {
    const error = await thrownBy(work())
    assert.equal(error.code, 'WRONG_CHAIN')
    assert.deepEqual(error.details, { expected: 1, got: BigInt(CHAIN_ID) })
  }
  assert.ok(!node.asked.includes('eth_sendRawTransaction'))
})

test('an address without code is NO_CONTRACT, whatever is asked', async t => {
  const nobody = parseAddress('0x00000000000000000000000000000000000a11ce')
  const world = await startWorld(t, { registry: nobody })
  for (const work of [
    () => world.names.head(world.log),
    () => world.names.publish(world.log, undefined, A),
  ]) {
    const error = await thrownBy(work())
    assert.equal(error.code, 'NO_CONTRACT')
    assert.deepEqual(error.details, { registry: nobody, chainId: CHAIN_ID, block: 1, codeBytes: 0 })
  }
})

test('another contract at the address is NO_CONTRACT, also one that answers every call', async t => {
  const world = await startWorld(t)
  const { chain, options, log } = world
  const other = parseAddress('0x00000000000000000000000000000000000c0de0')
  // Code that reverts at once, and code that returns 4,096 zero bytes to everything.
  for (const code of ['0x5f5ffd', '0x6110005ff3']) {
    await chain.ask('hardhat_setCode', other, code)
    const names = new RegistryNameSystem({ ...options, registry: other })
    const error = await thrownBy(names.head(log))
    assert.equal(error.code, 'NO_CONTRACT', code)
    assert.equal(error.details.codeBytes, (code.length - 2) / 2)
  }
})

test('a registry that a reorganisation took away is NO_CONTRACT, also after it was found before', async t => {
  const world = await startWorld(t)
  const { chain, names, log, registry } = world
  await names.head(log)
  await chain.ask('hardhat_setCode', registry, '0x')
  await chain.ask('hardhat_mine', '0x1')
  assert.equal((await thrownBy(names.head(log))).code, 'NO_CONTRACT')
})

test('a head takes one round of requests, also the first one', async t => {
  const world = await startWorld(t)
  const { names, honest, log, node } = world
  const { block } = await honest.publish(log, undefined, A)
  const logs: LogKey[] = Array.from({ length: 600 }, () => log)
  // Everything that is asked waits until nothing more is asked: what comes later is a round of its own.
  for (const [work, calls] of [
    [() => names.head(log), 4],
    [() => names.head(log), 3],
    [() => names.heads(logs), 4],
    [() => names.head(log, { at: 'safe' }), 3],
  ] as const) {
    node.asked.length = 0
    const rounds = node.inRounds()
    const answered = await work()
    assert.deepEqual(Array.isArray(answered) ? answered[599] : answered, { head: A, block })
    assert.equal(rounds(), 1)
    assert.equal(node.asked.length, calls)
  }
})

test('a block that came in between makes a second round, at the hash of the block that the statement names', async t => {
  const world = await startWorld(t)
  const { names, honest, log, node } = world
  const first = await honest.publish(log, undefined, A)
  await names.head(log)
  // Between the block and the call the head moves.
  let named: Promise<unknown>
  node.answer(async (method, honestly) => {
    if (method === 'eth_getBlockByNumber') {
      named = honestly()
      return named
    }
    if (method !== 'eth_call') return honestly()
    await named
    node.answer((_, ask) => ask())
    await honest.publish(log, A, B)
    return honestly()
  })
  node.asked.length = 0
  assert.deepEqual(await names.head(log), { head: A, block: first.block })
  assert.equal(node.asked.filter(method => method === 'eth_call').length, 2)
  assert.equal((await names.head(log)).head, B)
})

test('a call that says another block than the one named counts for nothing: it is asked again by hash', async t => {
  const world = await startWorld(t)
  const { chain, names, honest, log, node } = world
  const { block } = await honest.publish(log, undefined, A)
  const lie = { head: `0x${B}`, parentHash: `0x${'77'.repeat(32)}` }
  const { parentHash } = (await chain.ask('eth_getBlockByNumber', 'latest', false)) as { parentHash: string }
  const seen = { number: BigInt(block.number), timestamp: BigInt(block.timestamp), parentHash }
  for (const [change, found] of [
    [{}, B],
    [{ number: seen.number + 1n }, A],
    [{ number: seen.number - 1n }, A],
    [{ timestamp: seen.timestamp + 1n }, A],
    [{ parentHash: lie.parentHash }, A],
    [{ parentHash: block.hash, number: seen.number + 1n }, A],
  ] as const) {
    node.answer(async (method, honestly, params) => {
      if (method !== 'eth_call' || params[1] !== 'latest') return honestly()
      const call = params[0] as { data: string }
      if (!call.data.startsWith(registryInterface.getFunction('headsWithBlock').selector)) return honestly()
      return registryInterface.encodeFunctionResult('headsWithBlock', [{ ...seen, ...change }, [lie.head]])
    })
    assert.deepEqual(await names.head(log), { head: found, block }, JSON.stringify(Object.keys(change)))
  }
})

test('a block that names no parent, and a node that fails calls at a tag, cost a round and nothing else', async t => {
  const world = await startWorld(t)
  const { names, honest, log, node } = world
  const { block } = await honest.publish(log, undefined, A)
  node.answer(async (method, honestly) => {
    const answer = await honestly()
    return method === 'eth_getBlockByNumber' ? { ...(answer as object), parentHash: null } : answer
  })
  assert.deepEqual(await names.head(log), { head: A, block })
  for (const fault of [
    { code: 3, message: 'execution reverted', data: '0x' },
    { code: -32000, message: 'header not found' },
  ]) {
    node.answer((method, honestly, params) =>
      method === 'eth_call' && params[1] === 'latest' ? Promise.reject(fault) : honestly(),
    )
    assert.deepEqual(await names.head(log), { head: A, block })
  }
})

test('a node that does not know the block yet is asked again, and is UNAVAILABLE in the end', async t => {
  const world = await startWorld(t)
  const { names, honest, log, node } = world
  await honest.publish(log, undefined, A)
  let unknown = 0
  const forget = (times: number) => {
    unknown = 0
    node.answer((method, honestly) => {
      if (method !== 'eth_call' || unknown === times) return honestly()
      unknown += 1
      return Promise.reject({ code: -32000, message: 'header not found' })
    })
  }
  forget(1)
  assert.equal((await names.head(log)).head, A)
  forget(Number.POSITIVE_INFINITY)
  assert.equal((await thrownBy(names.head(log))).code, 'UNAVAILABLE')
  assert.ok(unknown >= 3)
})

test('heads of more logs than one call bears are asked in several, at one block', async t => {
  const world = await startWorld(t)
  const { names, honest, log, node } = world
  await honest.publish(log, undefined, A)
  await names.head(log)
  const logs: LogKey[] = Array.from({ length: 1_201 }, (_, i) => ({
    owner: log.owner,
    topic: topicOf(`${i}`),
  }))
  node.asked.length = 0
  const statements = await names.heads([...logs.slice(0, 700), log, ...logs.slice(700)])
  assert.equal(node.asked.filter(method => method === 'eth_call').length, 3)
  assert.equal(node.asked.length, 5)
  assert.equal(statements.length, 1_202)
  assert.deepEqual(
    statements.map(({ head }, i) => (head === undefined ? -1 : i)).filter(i => i >= 0),
    [700],
  )
  assert.equal(new Set(statements.map(({ block }) => block.hash)).size, 1)
})

test('answers that are no answers are UNAVAILABLE', async t => {
  const world = await startWorld(t)
  const { names, log, node } = world
  await names.head(log)
  const lies: [string, unknown][] = [
    ['eth_chainId', 'many'],
    ['eth_chainId', null],
    ['eth_getBlockByNumber', null],
    ['eth_getBlockByNumber', {}],
    [
      'eth_getBlockByNumber',
      { hash: `0x${'11'.repeat(32)}`, number: '0xffffffffffffffffff', timestamp: '0x1' },
    ],
    ['eth_call', 5],
    ['eth_call', '0x1'],
    ['eth_call', '0x1234'],
    ['eth_call', `0x${'00'.repeat(31)}20${'00'.repeat(32)}`],
    ['eth_call', registryInterface.encodeFunctionResult('headsOf', [[`0x${A}`, `0x${A}`]])],
  ]
  for (const [method, lie] of lies) {
    node.answer((asked, honestly) => (asked === method ? Promise.resolve(lie) : honestly()))
    assert.equal((await thrownBy(names.head(log))).code, 'UNAVAILABLE', `${method} ${JSON.stringify(lie)}`)
  }
})

test('no head is stated where the node fails: UNAVAILABLE with what it said', async t => {
  const world = await startWorld(t)
  world.node.fail()
  const error = await thrownBy(world.names.head(world.log))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.match(error.message, /the node is broken/)
  assert.equal(error.details.rpcCode, -32000)
})

test('a node that does not answer is UNAVAILABLE when the time for a request is over', async t => {
  const world = await startWorld(t, { requestTimeoutMs: 20 })
  const stall = world.node.stall()
  const error = await thrownBy(world.names.head(world.log))
  assert.equal(error.code, 'UNAVAILABLE')
  assert.equal(error.details.timeoutMs, 20)
  stall.release()
})
