import { join } from 'node:path'
import { type Figure, timesAnchor } from '../report/row.ts'
import type { Bench } from './bench.ts'

/** Entries appended one by one, and in batches. */
const ONE_BY_ONE = 10_000
const IN_BATCHES = 100_000
/** Appends under way at once where each waits for the disk. */
const TOGETHER = 100

/** Rounds of which the fastest counts, ours and hypercore in turn: a disk's moods are no peer's fault. */
const ROUNDS = 12
/** What has no bar is timed in every fourth of them. */
const REST_EVERY = 4

/** Local appends, on this machine's disk. Where nothing is said of fsync, entries are with the operating system. */
export async function appends(bench: Bench): Promise<Figure[]> {
  bench.progress('local appends')
  const { network, writer, hypercoreWriter } = bench
  const ours = { oneByOne: 0, batches: 0, toDiskAlone: 0, toDiskTogether: 0 }
  const hypercore = { oneByOne: 0, batches: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const folder = (name: string) => join(bench.folder, `append-${name}-${round}`)
    keepFastest(ours, {
      oneByOne: await writer.timeAppendOneByOne(folder('ours-one'), network, ONE_BY_ONE),
    })
    keepFastest(hypercore, {
      oneByOne: await hypercoreWriter.timeAppendOneByOne(folder('hypercore-one'), ONE_BY_ONE),
    })
    if (round % REST_EVERY > 0) continue
    keepFastest(ours, {
      batches: await writer.timeAppendBatches(folder('ours-batches'), network, IN_BATCHES),
      toDiskAlone: await writer.timeAppendToDisk(folder('ours-alone'), network, 1000, 1),
      toDiskTogether: await writer.timeAppendToDisk(folder('ours-group'), network, ONE_BY_ONE, TOGETHER),
    })
    keepFastest(hypercore, {
      batches: await hypercoreWriter.timeAppendBatches(folder('hypercore-batches'), IN_BATCHES),
    })
  }
  const figure = { unit: 'entries/s', better: 'higher' } as const
  return [
    {
      ...figure,
      figure: 'append one by one',
      ours: ours.oneByOne,
      anchor: { name: 'hypercore', value: hypercore.oneByOne },
      bar: timesAnchor(3),
    },
    {
      ...figure,
      figure: 'append in batches of 1,000',
      ours: ours.batches,
      anchor: { name: 'hypercore', value: hypercore.batches },
    },
    { ...figure, figure: 'append waiting for fsync, one by one', ours: ours.toDiskAlone },
    {
      ...figure,
      figure: `append waiting for fsync, ${TOGETHER} at a time (group commit)`,
      ours: ours.toDiskTogether,
    },
  ]
}

function keepFastest<Name extends string>(
  best: Record<Name, number>,
  rates: Partial<Record<Name, number>>,
): void {
  for (const name of Object.keys(rates) as Name[]) best[name] = Math.max(best[name], rates[name]!)
}
