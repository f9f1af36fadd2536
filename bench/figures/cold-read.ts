import { join } from 'node:path'
import type { Tuning } from '../peers/hypercore-reader.ts'
import type { Way } from '../peers/ours-reader.ts'
import { atMost, type Figure } from '../report/row.ts'
import type { Bench } from './bench.ts'
import type { Subject } from './subject.ts'

/** Entries from which on wire bytes by ranges are judged: the head page and what leads to it weigh on short logs. */
const SMALLEST_BARRED = 100_000

/** Where cold reads leave their copies: the catch-ups in rounds.ts start from them. */
export function copyOf(bench: Bench, subject: Subject, peer: Way | Tuning): string {
  return join(bench.folder, `${subject.name}-copy-${peer.replaceAll(' ', '-')}`)
}

/** Reads on loopback by peers that have nothing: bytes on the wire, and speed where no latency hides the work. */
export async function coldReads(bench: Bench, subject: Subject): Promise<Figure[]> {
  const { size, label } = subject
  await bench.link.setRoundTrip(0, { handshake: false })

  async function measure(read: () => Promise<number>): Promise<{ perSecond: number; bytesPerEntry: number }> {
    await bench.link.take()
    const ms = await read()
    const { up, down } = await bench.link.take()
    return { perSecond: (size / ms) * 1000, bytesPerEntry: (up + down) / size }
  }
  function ours(way: Way): ReturnType<typeof measure> {
    bench.progress(`${label}: cold read on loopback, ours ${way}`)
    return measure(() => bench.reader.sync(copyOf(bench, subject, way), subject.ours, size, way))
  }
  function hypercore(tuning: Tuning): ReturnType<typeof measure> {
    bench.progress(`${label}: cold read on loopback, hypercore ${tuning}`)
    const copy = copyOf(bench, subject, tuning)
    return measure(() => bench.hypercoreReader.timeColdRead(copy, subject.hypercore, size, tuning))
  }

  const byChunks = await ours('by chunks')
  const byRanges = await ours('by ranges')
  const asItComes = await hypercore('as it comes')
  const tuned = await hypercore('tuned')
  const bytes = {
    unit: 'bytes',
    better: 'lower',
    anchor: { name: 'hypercore as it comes', value: asItComes.bytesPerEntry },
  } as const
  const speed = {
    unit: 'entries/s',
    better: 'higher',
    anchor: { name: 'hypercore tuned', value: tuned.perSecond },
  } as const
  return [
    {
      ...bytes,
      figure: `wire bytes per entry, cold read chunk by chunk, ${label}`,
      ours: byChunks.bytesPerEntry,
      bar: atMost(310),
    },
    {
      ...bytes,
      figure: `wire bytes per entry, cold read by ranges, ${label}`,
      ours: byRanges.bytesPerEntry,
      bar: size >= SMALLEST_BARRED ? atMost(280) : undefined,
    },
    { ...speed, figure: `cold read on loopback chunk by chunk, ${label}`, ours: byChunks.perSecond },
    { ...speed, figure: `cold read on loopback by ranges, ${label}`, ours: byRanges.perSecond },
  ]
}
