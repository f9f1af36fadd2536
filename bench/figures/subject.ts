import { join } from 'node:path'
import type { Source as HypercoreSource } from '../peers/hypercore-reader.ts'
import type { Source } from '../peers/ours-reader.ts'
import { ENTRIES_PER_PAGE } from '../peers/workload.ts'
import { atMost, type Figure } from '../report/row.ts'
import type { Bench } from './bench.ts'

/** One workload of `size` entries, written by every peer. */
export interface Subject extends OurSubject {
  readonly hypercore: HypercoreSource
}

/** One workload of `size` entries, written by ours. */
export interface OurSubject {
  readonly size: number
  /** E.g. `10,000 entries`. */
  readonly label: string
  /** The log's name at its writers, and a folder of its own. */
  readonly name: string
  readonly ours: Source
}

/** Writes the workload with ours. */
export async function writeOurs(bench: Bench, size: number): Promise<OurSubject & { chunks: number }> {
  const label = `${size.toLocaleString('en')} entries`
  const name = `log-${size}`
  bench.progress(`${label}: writing`)
  const id = await bench.writer.open(bench.folder, bench.network, name)
  const chunks = await bench.writer.publish(name, size)
  return { size, label, name, ours: { id, ...bench.distant }, chunks }
}

/** Writes the workload with ours and with hypercore, and says what ours wrote. */
export async function write(bench: Bench, size: number): Promise<{ subject: Subject; figures: Figure[] }> {
  const { chunks, ...ours } = await writeOurs(bench, size)
  const { label, name } = ours
  const { port, key } = await bench.hypercoreWriter.create(join(bench.folder, 'hypercore'), name, size)
  return {
    subject: { ...ours, hypercore: { port: await bench.link.open(port), key } },
    figures: [
      {
        figure: `chunks written per entry, ${label}`,
        unit: 'chunks',
        better: 'lower',
        ours: chunks / size,
        anchor: { name: 'linked list', value: 1 },
        bar: atMost(0.069),
      },
    ],
  }
}

/** Publishes what is missing until the open page holds `entries`. Resolves to the entries that the log then has. */
export async function fillOpenPage(
  bench: Bench,
  subject: Subject,
  have: number,
  entries: number,
): Promise<number> {
  const missing = (entries - (have % ENTRIES_PER_PAGE) + ENTRIES_PER_PAGE) % ENTRIES_PER_PAGE
  if (missing > 0) await bench.writer.publish(subject.name, missing)
  return have + missing
}
