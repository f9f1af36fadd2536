import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.ts'
import type * as SuitesPage from './suites-page.ts'

declare const tested: typeof SuitesPage

/** These wait for the disk thousands of times: `BROWSER_SUITES=all` runs them, too. */
const LONG =
  /every call of publish, (behind|one entry)|every call of append|fills up during sync|lost receipt, and another/

const STAND_INS = { 'node:test': 'test', 'node:assert/strict': 'assert', 'memory-level': 'memory-level' }

test('the client keeps its word over IndexedDB: the same suites in a browser', async t => {
  const browser = await startBrowser()
  t.after(() => browser.stop())
  const alias = Object.fromEntries(
    Object.entries(STAND_INS).map(([name, file]) => [
      name,
      fileURLToPath(new URL(`./node/${file}.ts`, import.meta.url)),
    ]),
  )
  const page = await browser.open(new URL('./suites-page.ts', import.meta.url), { alias })
  await page.evaluate(() => {
    Object.assign(globalThis, { setImmediate: (task: () => void) => setTimeout(task, 0) })
  })
  const names = await page.evaluate(() => tested.names())
  const chosen = process.env.BROWSER_SUITES === 'all' ? names : names.filter(name => !LONG.test(name))
  assert.ok(chosen.length > 20)
  for (const name of chosen)
    await t.test(name, async () => assert.equal(await page.evaluate(one => tested.run(one), name), undefined))
})
