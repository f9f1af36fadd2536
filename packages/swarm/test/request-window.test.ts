import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expectCode } from '@remote-log/conformance'
import { onAbort } from '../src/abort-signals.ts'
import { type RequestOutcome, RequestWindow } from '../src/request-window.ts'

/** Requests that wait until the test answers them. */
function requests(window: RequestWindow) {
  const inFlight: PromiseWithResolvers<void>[] = []
  const refused = new Error('refused')
  const outcomeOf = (error: unknown): RequestOutcome => (error === refused ? 'refused' : 'neither')
  return {
    inFlight,
    begin: (count: number, signal?: AbortSignal) =>
      Array.from({ length: count }, () =>
        window.run(
          'get',
          signal,
          () => {
            const gate = Promise.withResolvers<void>()
            inFlight.push(gate)
            return gate.promise
          },
          outcomeOf,
        ),
      ),
    async end(how: 'answered' | 'refused', count: number = inFlight.length) {
      for (const gate of inFlight.splice(0, count)) how === 'answered' ? gate.resolve() : gate.reject(refused)
      await new Promise(resolve => setImmediate(resolve))
    },
  }
}

describe('RequestWindow', () => {
  test('starts small and doubles each round while answers come, up to its limit', async () => {
    const window = new RequestWindow(50)
    const { begin, end, inFlight } = requests(window)
    const all = begin(200)
    const rounds: number[] = []
    for (; inFlight.length > 0; await end('answered')) rounds.push(inFlight.length)
    assert.deepEqual(rounds, [4, 8, 16, 32, 50, 50, 40])
    await Promise.all(all)
  })

  test('halves on a refusal, once for all that were under way, and then grows by one a round', async () => {
    const window = new RequestWindow(256)
    const { begin, end, inFlight } = requests(window)
    const all = Promise.allSettled(begin(400))
    for (let round = 0; round < 3; round++) await end('answered')
    assert.equal(inFlight.length, 32)
    await end('refused')
    assert.equal(window.size, 16)
    for (const expected of [16, 16, 17, 18]) {
      assert.equal(inFlight.length, expected)
      await end('answered')
    }
    for (let i = 0; i < 7; i++) await end('refused')
    assert.equal(window.size, 1, 'and never below one')
    while (inFlight.length > 0) await end('answered')
    await all
  })

  test('does not grow by answers that it had more room for', async () => {
    const window = new RequestWindow(256)
    const { begin, end } = requests(window)
    for (let i = 0; i < 20; i++) {
      const all = begin(2)
      await end('answered')
      await Promise.all(all)
    }
    assert.equal(window.size, 4)
  })

  test('who stops waiting takes nobody’s place', async () => {
    const window = new RequestWindow(2)
    const { begin, end, inFlight } = requests(window)
    const stop = new AbortController()
    const [first, stopped, last] = [begin(2), begin(50, stop.signal), begin(2)]
    stop.abort('enough')
    for (const one of stopped) await expectCode(one, 'ABORTED', 'a request that waits')
    await end('answered')
    assert.equal(inFlight.length, 2)
    await end('answered')
    await Promise.all([...first, ...last])
    await expectCode(begin(1, stop.signal)[0]!, 'ABORTED', 'a request with a signal that had fired')
  })
})

test('many waits on one signal are one listener', () => {
  const stop = new AbortController()
  let added = 0
  const add = stop.signal.addEventListener.bind(stop.signal)
  stop.signal.addEventListener = ((...args: Parameters<typeof add>) => {
    added++
    add(...args)
  }) as typeof add
  const called: number[] = []
  const leave = [1, 2, 3].map(i => onAbort(stop.signal, () => called.push(i)))
  leave[1]!()
  stop.abort()
  assert.equal(added, 1)
  assert.deepEqual(called, [1, 3])
})
