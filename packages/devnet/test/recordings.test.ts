import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { recordedSteps, skippedSteps } from './replay/recording.ts'
import { Replay } from './replay/replay.ts'

const steps = recordedSteps()
const skipped = skippedSteps()

describe('the answers of a real Bee 2.8.1', () => {
  let replay: Replay
  before(async () => {
    replay = await Replay.start(steps)
  })
  after(() => replay.stop())

  for (const step of steps) {
    const name = `${step.file}: ${step.name}`
    const reason = skipped.get(name)
    if (reason === undefined) {
      test(name, () => replay.run(step))
    } else {
      test(`${name}: still differs (${reason})`, () => assert.rejects(replay.run(step)))
    }
  }
})

test('the list of differences names recorded steps only, each with its reason', () => {
  const names = new Set(steps.map(step => `${step.file}: ${step.name}`))
  for (const [name, reason] of skipped) {
    assert.ok(names.has(name), `${name} is no recorded step`)
    assert.ok(reason.length > 0, `${name} has no reason`)
  }
})
