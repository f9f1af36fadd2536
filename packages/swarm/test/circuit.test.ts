import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnavailableError } from '@remote-log/core'
import { Circuit } from '../src/gateway/circuit.ts'

const failing = () => Promise.reject(new UnavailableError('no answer'))

test('a process that stands still while a circuit opens makes its next requests all the same', async t => {
  let [now, step] = [1_700_000_000_000, 0]
  t.mock.method(Date, 'now', () => {
    now += step
    return now
  })
  const circuit = new Circuit()
  // The policy looks at the clock after the circuit did, here a fifth of a second later.
  step = 200
  for (let i = 0; i < 5; i++) await assert.rejects(circuit.run(failing), { code: 'UNAVAILABLE' })
  step = 0
  assert.equal(circuit.state, 'open')
  now = circuit.probeAt
  await assert.rejects(circuit.run(failing), { code: 'UNAVAILABLE' })
  assert.equal(circuit.state, 'open')
  assert.equal(await circuit.run(async () => 'an answer'), 'an answer')
  assert.equal(circuit.state, 'closed')
})
