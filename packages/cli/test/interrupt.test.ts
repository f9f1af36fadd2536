import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, test } from 'node:test'
import { type Interruptible, listenForInterrupt } from '../src/interrupt.ts'

class FakeProcess extends EventEmitter {
  readonly pid = 7
  readonly killed: unknown[][] = []
  kill(...args: unknown[]): true {
    this.killed.push(args)
    return true
  }
}

describe('listenForInterrupt', () => {
  function setUp() {
    const fake = new FakeProcess()
    const clock = { now: 1000 }
    const interrupt = listenForInterrupt(fake as unknown as Interruptible, () => clock.now)
    return { fake, clock, interrupt }
  }

  for (const [name, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`the first ${name} aborts the signal and is remembered as the exit code`, () => {
      const { fake, interrupt } = setUp()
      assert.deepEqual([interrupt.signal.aborted, interrupt.exitCode()], [false, undefined])
      fake.emit(name, name)
      assert.equal(interrupt.signal.reason.code, 'ABORTED')
      assert.equal(interrupt.exitCode(), exitCode)
      assert.deepEqual(fake.killed, [])
    })
  }

  test('the same key press, passed on by npm, is not taken for a second one', () => {
    const { fake, clock } = setUp()
    fake.emit('SIGINT', 'SIGINT')
    clock.now += 400
    fake.emit('SIGINT', 'SIGINT')
    assert.deepEqual(fake.killed, [])
  })

  test('a second one kills, with nobody listening any more', () => {
    const { fake, clock } = setUp()
    fake.emit('SIGINT', 'SIGINT')
    clock.now += 501
    fake.emit('SIGINT', 'SIGINT')
    assert.deepEqual(fake.killed, [[7, 'SIGINT']])
    assert.deepEqual([fake.listenerCount('SIGINT'), fake.listenerCount('SIGTERM')], [0, 0])
  })
})
