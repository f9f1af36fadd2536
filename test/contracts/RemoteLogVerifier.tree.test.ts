import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { leavesOf, testsOf } from './support/branch-tree.ts'

const FOLDER = new URL('./', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8')

describe('RemoteLogVerifier.tree', () => {
  it('has a test for each leaf, and each test is a leaf', () => {
    const tests = readdirSync(FOLDER)
      .filter(file => /^RemoteLogVerifier\.(?:head|entry|payload)\.test\.ts$/.test(file))
      .flatMap(file => testsOf(read(file)))
    assert.ok(tests.length > 40)
    assert.deepEqual(tests.sort(), leavesOf(read('RemoteLogVerifier.tree')).sort())
  })
})
