import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connect } from '@remote-log/client'
import { formatLogId, topicOf } from '@remote-log/core'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import type { Page } from 'playwright-core'
import { anotherTab, startBrowser, type TestBrowser } from './browser.ts'
import type * as StoragePage from './storage-page.ts'

const MODULE = new URL('./storage-page.ts', import.meta.url)

declare const tested: typeof StoragePage

describe('a log in a browser’s IndexedDB', () => {
  let browser: TestBrowser
  let devnet: Devnet
  let first: Page
  before(async () => {
    devnet = await startDevnet()
    browser = await startBrowser()
    first = await browser.open(MODULE)
  })
  after(async () => {
    await browser?.stop()
    await devnet?.stop()
  })

  function place(location: string): StoragePage.Place {
    const { chainId, registry, accounts, batch, beeUrl: bee, rpcUrl: rpc } = devnet
    const { address: owner, privateKey } = accounts[0]!
    const log = formatLogId({ chainId, registry, owner, topic: topicOf(`browser ${location}`) })
    return { log, bee, rpc, batch, privateKey, location }
  }

  const open = (page: Page, where: StoragePage.Place, whenLocked: 'fail' | 'wait' = 'fail') =>
    page.evaluate(([at, how]) => tested.open(at, { whenLocked: how }), [where, whenLocked] as const)

  test('what was appended is there after a reload, by strict transactions, and is published from there', async () => {
    const where = place('reload')
    const tab = await anotherTab(first)
    await tab.evaluate(() => tested.watchTransactions())
    assert.deepEqual(await open(tab, where), { value: [] })
    assert.deepEqual(await tab.evaluate(() => tested.append(['one', 'two', 'three'])), [0, 1, 2])
    const durabilities = await tab.evaluate(() => tested.seenDurabilities())
    assert.ok(durabilities.length > 0)
    assert.deepEqual(new Set(durabilities), new Set(['strict']))
    await tab.reload()
    assert.deepEqual(await open(tab, where, 'wait'), { value: ['one', 'two', 'three'] })
    assert.equal(await tab.evaluate(() => tested.publish()), 3)
    const bob = await connect({ log: where.log, bee: where.bee, rpc: where.rpc })
    const there = await Array.fromAsync(bob.read(), entry => entry.text())
    assert.deepEqual(there, ['one', 'two', 'three'])
    await bob.close()
    await tab.close()
  })

  test('a value that is a part of a buffer is written without the rest of it', async () => {
    const { alone, ours } = await first.evaluate(() => tested.keptBuffers())
    assert.equal(alone, 1000, 'what IndexedDB does by itself')
    assert.equal(ours, 10)
  })

  test('a tab that crashes while it appends loses nothing that it acknowledged, and frees the log', async () => {
    const where = place('crash')
    const tab = await anotherTab(first)
    await open(tab, where)
    const devtools = await tab.context().newCDPSession(tab)
    let acknowledged = 0
    const crash = async (count: number) => {
      acknowledged = count
      if (count === 40) void devtools.send('Page.crash').catch(() => undefined)
    }
    await tab.exposeFunction('acknowledged', crash)
    const crashed = new Promise(resolve => tab.once('crash', resolve))
    tab
      .evaluate(() =>
        tested.appendForever(
          (globalThis as unknown as { acknowledged: (count: number) => Promise<void> }).acknowledged,
        ),
      )
      .catch(() => undefined)
    await crashed
    const next = await anotherTab(first)
    const found = await open(next, where, 'wait')
    assert.ok('value' in found && found.value.length >= acknowledged && acknowledged >= 40)
    assert.deepEqual(
      found.value,
      found.value.map((_, i) => `entry ${i}`),
    )
    await next.close()
  })

  test('a second tab is LOCKED, or waits until the first one closes the log, or is closed', async () => {
    const where = place('tabs')
    const [a, b] = [await anotherTab(first), await anotherTab(first)]
    await open(a, where)
    await a.evaluate(() => tested.append(['from the first tab']))
    const refused = await open(b, where)
    assert.ok('code' in refused && refused.code === 'LOCKED', JSON.stringify(refused))
    assert.match(refused.message, /another tab of this site/)
    const waits = open(b, where, 'wait')
    await a.evaluate(() => tested.append(['and another']))
    await a.evaluate(() => tested.close())
    assert.deepEqual(await waits, { value: ['from the first tab', 'and another'] })
    const again = open(a, where, 'wait')
    assert.deepEqual(await b.evaluate(() => tested.append(['from the second'])), [2])
    await b.close()
    assert.deepEqual(await again, { value: ['from the first tab', 'and another', 'from the second'] })
    await a.close()
  })

  test('a browser that clears its storage: what was at risk had been said, the rest comes back by a sync', async () => {
    const where = place('evicted')
    const tab = await anotherTab(first)
    assert.equal(typeof (await tab.evaluate(() => tested.storage(true))).persisted, 'boolean')
    await open(tab, where)
    await tab.evaluate(() => tested.append(['one', 'two']))
    await tab.evaluate(() => tested.publish())
    assert.equal(await tab.evaluate(() => tested.atRisk()), undefined)
    const before = Date.now()
    await tab.evaluate(() => tested.append(['never published', 'nor this']))
    const risk = await tab.evaluate(() => tested.atRisk())
    assert.deepEqual([risk?.entries, risk?.firstSeq, risk?.announced], [2, 2, 0])
    assert.ok(risk && risk.since >= before - 1000 && risk.since <= Date.now() + 1000)
    const devtools = await tab.context().newCDPSession(tab)
    await devtools.send('Storage.clearDataForOrigin', {
      origin: new URL(tab.url()).origin,
      storageTypes: 'indexeddb',
    })
    await tab.reload()
    assert.ok(await tab.evaluate(() => tested.isEmpty()))
    assert.deepEqual(await open(tab, where, 'wait'), { value: [] })
    assert.ok(await tab.evaluate(() => tested.sync()))
    assert.deepEqual(await tab.evaluate(() => tested.texts()), ['one', 'two'])
    assert.deepEqual(await tab.evaluate(() => tested.append(['three'])), [2])
    assert.equal(await tab.evaluate(() => tested.publish()), 3)
    await tab.close()
  })
})
