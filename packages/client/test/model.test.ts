import { test } from 'node:test'
import fc from 'fast-check'
import { step } from './model/steps.ts'
import { Universe } from './model/universe.ts'

test('two writers and a reader, with kills, faults, reorganisations and wiped devices, against a plain model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30, size: 'max' }), steps =>
      Universe.live(steps),
    ),
    { seed: 20_260_102, numRuns: 40 },
  )
})
