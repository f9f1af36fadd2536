import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Group } from '../src/index.ts'
import { Circle, textsIn } from './group-world.ts'

/** Devices 0 to 2 write a log each, device 3 the same one as device 0. */
const LOG_OF = [0, 1, 2, 0]

const anyStep = fc.record({
  device: fc.nat({ max: 3 }),
  does: fc.constantFrom('causal', 'causal', 'sequential', 'publish', 'sync', 'sync', 'short', 'restart'),
})

test('devices that send, publish, sync and restart in any order read the same, each reply behind what it replies to', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 45 }), async steps => {
      const circle = new Circle(3)
      const locals = LOG_OF.map((_, n) => circle.localOf(n))
      const open = (n: number) => circle.device(LOG_OF[n]!, {}, {}, locals[n])
      const groups: Group[] = await Promise.all(LOG_OF.map((_, n) => open(n)))
      /** What each text's device had in its place when it was sent. */
      const had = new Map<string, Set<string>>()
      const all: string[] = []
      for (const { device, does } of steps) {
        const group = groups[device]!
        if (does === 'publish') await group.publish()
        else if (does === 'sync') await group.sync()
        else if (does === 'short') await group.sync({ byteBudget: 5000 })
        else if (does === 'restart') groups[device] = await open(device)
        else {
          const text = `${all.length} of ${device}`
          if (does === 'causal') had.set(text, new Set(await textsIn(group.entries())))
          await group.send(text, { level: does })
          all.push(text)
        }
      }
      for (const group of groups) {
        await group.sync()
        await group.publish()
      }
      const orders: string[][] = []
      for (const group of groups) {
        assert.deepEqual((await group.sync()).missing, [])
        orders.push(await textsIn(group.entries({ publishedOnly: true })))
      }
      const reader = await circle.reader()
      await reader.sync()
      const order = await textsIn(reader.entries())
      for (const other of orders) assert.deepEqual(other, order)
      assert.deepEqual([...order].sort(), [...all].sort(), 'each once')
      for (const [text, before] of had)
        for (const earlier of before)
          assert.ok(order.indexOf(earlier) < order.indexOf(text), `${earlier} < ${text}`)
    }),
    { numRuns: 16, seed: 11 },
  )
})
