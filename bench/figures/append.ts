import { join } from 'node:path'
import { type Figure, timesAnchor } from '../report/row.ts'
import type { Bench } from './bench.ts'

/** Entries appended one by one, and in batches. */
const ONE_BY_ONE = 10_000
const IN_BATCHES = 100_000
/** Appends under way at once where each waits for the disk. */
const TOGETHER = 100

/** Local appends, on this machine's disk. Without fsync both peers' entries are with the operating system. */
export async function appends(bench: Bench): Promise<Figure[]> {
  bench.progress('local appends')
  const folder = (name: string) => join(bench.folder, `append-${name}`)
  const { network, writer, hypercoreWriter } = bench
  const ours = {
    oneByOne: await writer.timeAppendOneByOne(folder('ours-1'), network, ONE_BY_ONE),
    batches: await writer.timeAppendBatches(folder('ours-2'), network, IN_BATCHES),
    toDiskAlone: await writer.timeAppendToDisk(folder('ours-3'), network, 1000, 1),
    toDiskTogether: await writer.timeAppendToDisk(folder('ours-4'), network, ONE_BY_ONE, TOGETHER),
  }
  const hypercore = {
    oneByOne: await hypercoreWriter.timeAppendOneByOne(folder('hypercore-1'), ONE_BY_ONE),
    batches: await hypercoreWriter.timeAppendBatches(folder('hypercore-2'), IN_BATCHES),
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
