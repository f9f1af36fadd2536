import { join } from 'node:path'
import { atMost, type Figure } from '../report/row.ts'
import type { Bench } from './bench.ts'
import type { OurSubject } from './subject.ts'

const MEGABYTE = 1e6

/** Memory of whole processes: one fetches all entries and then reads through them, one exports them and imports them again. */
export async function memory(bench: Bench, { ours, size, label, name }: OurSubject): Promise<Figure[]> {
  bench.progress(`${label}: memory`)
  await bench.link.setRoundTrip(0, { handshake: false })
  const reader = bench.freshReader()
  const copy = join(bench.folder, `${name}-memory`)
  const peak = await reader.do.heapOfReading(copy, ours, size)
  await reader.stop()
  bench.progress(`${label}: memory of a bundle`)
  const carrier = bench.freshReader()
  const bundle = await carrier.do.heapOfBundle(copy, ours, size)
  await carrier.stop()
  const figure = { unit: 'MB', better: 'lower' } as const
  return [
    {
      ...figure,
      figure: `heap used at most, fetching and reading ${label}`,
      ours: peak.heap / MEGABYTE,
      bar: atMost(150),
    },
    {
      ...figure,
      figure: `heap and array buffers at most, fetching and reading ${label}`,
      ours: peak.both / MEGABYTE,
    },
    {
      ...figure,
      figure: `heap used at most, a bundle of ${label} out and in`,
      ours: bundle.heap / MEGABYTE,
      bar: atMost(150),
    },
  ]
}
