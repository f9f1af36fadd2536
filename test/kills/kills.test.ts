import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { KillField } from './field.ts'

/** `npm run kills` runs more of them. */
const SEEDS = 20
/** The second kill meets the recovery from the first. */
const KILLS_OF_EACH = 2

describe('a writer that is killed while it appends and publishes, over a Bee node and a chain', () => {
  let field: KillField
  before(async () => {
    field = await KillField.start()
  })
  after(() => field?.stop())

  for (let seed = 0; seed < SEEDS; seed++) {
    test(`seed ${seed}: every acknowledged entry is published once, in order, each head is a first part of the log, and each chunk is paid once`, async () => {
      assert.equal((await field.run(seed, KILLS_OF_EACH)).length, KILLS_OF_EACH)
    })
  }
})
