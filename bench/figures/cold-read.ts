import { join } from 'node:path'
import type { Tuning } from '../peers/hypercore-reader.ts'
import { atMost, type Figure } from '../report/row.ts'
import type { Bench } from './bench.ts'
import type { Subject } from './subject.ts'

/** Where cold reads leave their copies: {@link catchUps} starts from them. */
export function copyOf(bench: Bench, subject: Subject, peer: 'ours' | Tuning): string {
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
  function hypercore(tuning: Tuning): Promise<{ perSecond: number; bytesPerEntry: number }> {
    const copy = copyOf(bench, subject, tuning)
    return measure(() => bench.hypercoreReader.timeColdRead(copy, subject.hypercore, size, tuning))
  }

  bench.progress(`${label}: cold reads on loopback, ours`)
  const ours = await measure(async () => {
    const { ms } = await bench.reader.sync(copyOf(bench, subject, 'ours'), subject.ours, size)
    return ms
  })
  bench.progress(`${label}: cold reads on loopback, hypercore`)
  const asItComes = await hypercore('as it comes')
  const tuned = await hypercore('tuned')
  return [
    {
      figure: `wire bytes per entry, cold read, ${label}`,
      unit: 'bytes',
      better: 'lower',
      ours: ours.bytesPerEntry,
      anchor: { name: 'hypercore as it comes', value: asItComes.bytesPerEntry },
      bar: atMost(310),
    },
    {
      figure: `cold read on loopback, ${label}`,
      unit: 'entries/s',
      better: 'higher',
      ours: ours.perSecond,
      anchor: { name: 'hypercore tuned', value: tuned.perSecond },
    },
  ]
}
