import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { makeChunk } from '@remote-log/core'
import { startBrowser, type TestBrowser } from './browser.ts'
import type * as HashingPage from './hashing-page.ts'

const MODULE = new URL('./hashing-page.ts', import.meta.url)
const NO_WASM = "default-src 'none'; script-src 'self'"

declare const tested: typeof HashingPage

describe('hashing in a browser', () => {
  let browser: TestBrowser
  before(async () => {
    browser = await startBrowser()
  })
  after(() => browser?.stop())

  test('WebAssembly, JavaScript and bee-js give the addresses that Node gives', async () => {
    const page = await browser.open(MODULE)
    for (const length of [1, 31, 32, 33, 63, 64, 65, 1000, 2048, 2049, 4095, 4096]) {
      const payload = seededBytes(`browser ${length}`, length)
      const got = await page.evaluate(bytes => tested.addresses(bytes), [...payload])
      const { reference } = makeChunk(payload)
      const all = { wasm: reference, javascript: reference, chosen: reference, beeJs: reference }
      assert.deepEqual(got, all, `${length} bytes`)
    }
  })

  test('where a policy forbids WebAssembly, JavaScript gives the same addresses', async () => {
    const page = await browser.open(MODULE, { contentSecurityPolicy: NO_WASM })
    const payload = seededBytes('policy', 4096)
    const got = await page.evaluate(bytes => tested.chosen(bytes), [...payload])
    assert.deepEqual(got, { wasm: false, address: makeChunk(payload).reference })
  })

  test('a page without such a policy uses WebAssembly', async () => {
    const page = await browser.open(MODULE)
    const got = await page.evaluate(bytes => tested.chosen(bytes), [1, 2, 3])
    assert.deepEqual(got, { wasm: true, address: makeChunk(Uint8Array.of(1, 2, 3)).reference })
  })
})
