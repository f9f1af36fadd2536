import { startBrowser } from '../../test/browser/browser.ts'
import type * as HashingPage from '../../test/browser/hashing-page.ts'
import { type Figure, timesAnchor } from '../report/row.ts'

const SIZE = 4 * 1024 * 1024
const MODULE = new URL('../../test/browser/hashing-page.ts', import.meta.url)

declare const tested: typeof HashingPage

/** The root of one file in a headless Chromium, by our splitter and by bee-js, on one thread. */
export async function browserHashing(): Promise<Figure> {
  const browser = await startBrowser()
  try {
    const page = await browser.open(MODULE)
    const { ours, beeJs, same } = await page.evaluate(size => tested.timeRoots(size), SIZE)
    if (!same) throw new Error('the two roots differ')
    return {
      figure: `root of a file of ${SIZE / 2 ** 20} MiB, in Chromium`,
      unit: 'MB/s',
      better: 'higher',
      ours: SIZE / 1e3 / ours,
      anchor: { name: 'bee-js 12.1.0 MerkleTree', value: SIZE / 1e3 / beeJs },
      bar: timesAnchor(8),
    }
  } finally {
    await browser.stop()
  }
}
