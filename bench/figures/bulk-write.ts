import { join } from 'node:path'
import { atMost, type Figure, timesAnchor } from '../report/row.ts'
import type { Bench } from './bench.ts'

/** Feed updates of which the rate is taken: they are all alike. */
const UPDATES = 200
const MEGABYTE = 1e6

/** From the first append until the head stands, beside a feed update an entry, on the same node. */
export async function bulkWrites(bench: Bench, entries: number): Promise<Figure[]> {
  const label = `${entries.toLocaleString('en')} entries`
  bench.progress(`${label}: append and publish`)
  const { network } = bench
  const folder = (name: string) => join(bench.folder, `bulk-${name}-${entries}`)
  const feed = await bench.feedWriter.timeUpdates(network, UPDATES)
  const measured = async (name: string, bulk: boolean) => {
    const writer = bench.freshWriter()
    const result = await writer.do.timePublish(folder(name), network, entries, bulk)
    await writer.stop()
    return result
  }
  const chunks = await measured('chunks', false)
  const files = await measured('files', true)
  const rate = { unit: 'entries/s', better: 'higher' } as const
  return [
    {
      ...rate,
      figure: `append and publish ${label}`,
      ours: files.rate,
      anchor: { name: 'a feed update an entry (bee-js)', value: feed },
      bar: timesAnchor(10),
    },
    {
      ...rate,
      figure: `publish ${label}, their pages by POST /bytes`,
      ours: files.publishRate,
      anchor: { name: 'by POST /chunks', value: chunks.publishRate },
    },
    {
      unit: 'MB',
      better: 'lower',
      figure: `heap used at most, appending and publishing ${label}`,
      ours: files.heap / MEGABYTE,
      bar: atMost(150),
    },
  ]
}
