import assert from 'node:assert/strict'
import { test } from 'node:test'
import { topicOf } from '@remote-log/core'
import { askHeadProof, readHeadProof } from '../src/index.ts'
import { A, B, startWorld } from './world.ts'

test('a proof that was asked for proves the same to who asks nobody, of the newest block or of another', async t => {
  const { options, honest, log } = await startWorld(t)
  const first = await honest.publish(log, undefined, A)
  const second = await honest.publish(log, A, B)
  for (const [asked, head, { block }] of [
    [undefined, B, second],
    [second.block.hash, B, second],
    [first.block.hash, A, first],
  ] as const) {
    const proof = await askHeadProof(options, log, asked)
    assert.deepEqual([proof.head, proof.block], [head, block])
    const read = await readHeadProof(JSON.parse(proof.json), options.registry, log)
    assert.deepEqual(read, proof, 'and is the same text')
  }
  const other = { owner: log.owner, topic: topicOf('another') }
  assert.equal((await askHeadProof(options, other, undefined)).head, undefined)
  const unknown = `0x${'12'.repeat(32)}`
  await assert.rejects(askHeadProof(options, log, unknown), { code: 'UNAVAILABLE' })
  await assert.rejects(askHeadProof(options, log, '0x12'), { code: 'INVALID_ARGUMENT' })
})

test('a proof with any digit changed, of another log, or that is none, is CORRUPT', async t => {
  const { options, honest, log } = await startWorld(t)
  await honest.publish(log, undefined, A)
  const { json } = await askHeadProof(options, log, undefined)
  const digits = [...json.matchAll(/[0-9a-f]{8}/g)].map(({ index }) => index)
  assert.ok(digits.length > 200)
  for (let i = 0; i < 60; i++) {
    const at = digits[Math.floor((i * digits.length) / 60)]!
    const changed = `${json.slice(0, at)}${json[at] === '7' ? '8' : '7'}${json.slice(at + 1)}`
    await assert.rejects(
      readHeadProof(JSON.parse(changed), options.registry, log),
      { code: 'CORRUPT' },
      changed.slice(at - 40, at + 9),
    )
  }
  const other = { owner: log.owner, topic: topicOf('another') }
  for (const [value, of] of [
    [JSON.parse(json), other],
    [null, log],
    [{}, log],
    [{ ...JSON.parse(json), proof: {} }, log],
  ] as const)
    await assert.rejects(readHeadProof(value, options.registry, of), { code: 'CORRUPT' })
})
