import { join } from 'node:path'
import type { Reference } from '@remote-log/core'
import type { Tuning } from '../peers/hypercore-reader.ts'
import type { Way } from '../peers/ours-reader.ts'
import { type Figure, timesAnchor } from '../report/row.ts'
import type { Bench } from './bench.ts'
import type { Subject } from './subject.ts'

/** Round trip of the slow network, in milliseconds. */
const ROUND_TRIP = 50
/** Entries from which on speed is judged: shorter logs are a few round trips for everybody. */
const SMALLEST_BARRED = 10_000

/** A linked list that was written, for its reader. */
export interface LinkedList {
  readonly newest: Reference
  readonly pages: number
}

/** Cold reads where every round trip takes 50 ms and every new connection one more. */
export async function distantReads(
  bench: Bench,
  subject: Subject,
  list: LinkedList | undefined,
): Promise<Figure[]> {
  const { size, label } = subject
  await bench.link.setRoundTrip(ROUND_TRIP, { handshake: true })
  const perSecond = (ms: number) => (size / ms) * 1000
  async function hypercore(tuning: Tuning): Promise<number> {
    const folder = join(bench.folder, `${subject.name}-distant-${tuning.replaceAll(' ', '-')}`)
    return perSecond(await bench.hypercoreReader.timeColdRead(folder, subject.hypercore, size, tuning))
  }

  async function readOurs(way: Way): Promise<number> {
    bench.progress(`${label}: cold read at ${ROUND_TRIP} ms, ours ${way}`)
    const folder = join(bench.folder, `${subject.name}-distant-${way.replaceAll(' ', '-')}`)
    return perSecond(await bench.reader.sync(folder, subject.ours, size, way))
  }

  const byChunks = await readOurs('by chunks')
  const ours = await readOurs('by ranges')
  bench.progress(`${label}: cold read at ${ROUND_TRIP} ms, hypercore tuned`)
  const tuned = await hypercore('tuned')
  bench.progress(`${label}: cold read at ${ROUND_TRIP} ms, hypercore as it comes`)
  // Both wait for the network nearly all the time, so they can wait side by side.
  const [asItComes, listMs] = await Promise.all([
    hypercore('as it comes'),
    list && bench.linkedList.timeRead(bench.distant.beeUrl, list.newest, list.pages),
  ])

  const figure = { unit: 'entries/s', better: 'higher', ours } as const
  const at = `at ${ROUND_TRIP} ms, ${label}`
  const rows: Figure[] = [
    {
      ...figure,
      figure: `cold read chunk by chunk ${at}`,
      ours: byChunks,
      anchor: { name: 'hypercore tuned', value: tuned },
    },
    {
      ...figure,
      figure: `cold read beside hypercore as it comes ${at}`,
      anchor: { name: 'hypercore as it comes', value: asItComes },
    },
    {
      ...figure,
      figure: `cold read ${at}`,
      anchor: { name: 'hypercore tuned', value: tuned },
      bar: size >= SMALLEST_BARRED ? timesAnchor(3) : undefined,
    },
  ]
  if (list !== undefined && listMs !== undefined) {
    const perSecond = (list.pages / listMs) * 1000
    const anchor = { name: `linked list (${list.pages} pages read)`, value: perSecond }
    rows.push({ ...figure, figure: `cold read beside a linked list ${at}`, anchor })
  }
  return rows
}
