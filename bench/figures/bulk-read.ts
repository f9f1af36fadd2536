import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Limits } from '../peers/limits.ts'
import type { Way } from '../peers/ours-reader.ts'
import { middle } from '../report/middle.ts'
import { atMost, type Figure, timesAnchor } from '../report/row.ts'
import { type Bench, throughLink } from './bench.ts'
import type { Subject } from './subject.ts'

/**
 * Each is timed so often, an odd number. A read is compared with the limits measured right before it, since what else a
 * machine does changes its speed by half within seconds; of all rounds the one in the middle counts.
 */
const ROUNDS = 33
/** Reading chunk by chunk takes so much longer that it is timed in every eighth round. */
const CHUNKS_EVERY = 8
/** Entries from which on speed is judged. */
const SMALLEST_BARRED = 100_000
/** Round trip of the slow network, in milliseconds. */
const ROUND_TRIP = 50

/**
 * Cold verified reads beside what bounds them: hashing the same bytes, and getting them from the node unverified. On
 * loopback without the relay, whose work would be added to everybody's; with a round trip of 50 ms through it.
 */
export async function bulkReads(bench: Bench, subject: Subject): Promise<Figure[]> {
  const { size, label } = subject
  const near = { id: subject.ours.id, beeUrl: bench.network.beeUrl, rpcUrl: bench.network.rpcUrl }
  const barred = size >= SMALLEST_BARRED
  let copies = 0
  /** The copy goes at once: else the system would write it to the disk while the next rounds are timed. */
  async function read(source: typeof near, way: Way): Promise<number> {
    const folder = join(bench.folder, `${subject.name}-bulk-${copies++}`)
    const ms = await bench.reader.sync(folder, source, size, way)
    await rm(folder, { recursive: true })
    return ms
  }

  const chunks: number[] = []
  const close: Round[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bench.progress(`${label}: bulk read beside its limits, round ${round + 1} of ${ROUNDS}`)
    const limits = await bench.limits.limits(near)
    close.push({ ...limits, readMs: await read(near, 'by ranges') })
    if (round % CHUNKS_EVERY === 0) chunks.push(await read(near, 'by chunks'))
  }
  await bench.link.setRoundTrip(ROUND_TRIP, { handshake: true })
  const distant: Round[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bench.progress(
      `${label}: bulk read at ${ROUND_TRIP} ms beside its limits, round ${round + 1} of ${ROUNDS}`,
    )
    const limits = await bench.limits.limits(near)
    // A new port each time: no connection of an earlier round leads there.
    const far = { id: subject.ours.id, ...(await throughLink(bench)) }
    distant.push({ ...limits, readMs: await read(far, 'by ranges') })
  }
  const { rounds } = await bench.reader.costs(subject.ours)
  await bench.link.setRoundTrip(0, { handshake: false })
  const hashing = middle(close, ({ hashMs, readMs }) => hashMs / readMs)
  const getting = middle(close, ({ getMs, readMs }) => getMs / readMs)
  const hashIsSlower = hashing.hashMs >= hashing.getMs
  const overBound = ({ hashMs, getMs, readMs }: Round) =>
    readMs / (rounds * ROUND_TRIP + Math.max(hashMs, getMs))
  const perSecond = (ms: number) => (size / ms) * 1000
  const speed = { unit: 'entries/s', better: 'higher' } as const
  return [
    {
      ...speed,
      figure: `bulk read by ranges beside chunk by chunk, ${label}`,
      ours: perSecond(middle(close, ({ readMs }) => readMs).readMs),
      anchor: { name: 'chunk by chunk', value: perSecond(middle(chunks, ms => ms)) },
      bar: barred ? timesAnchor(2) : undefined,
    },
    {
      ...speed,
      figure: `bulk read by ranges beside hashing alone, ${label}`,
      ours: perSecond(hashing.readMs),
      anchor: { name: 'BMT hashing of the same bytes', value: perSecond(hashing.hashMs) },
      bar: barred && hashIsSlower ? timesAnchor(0.75) : undefined,
    },
    {
      ...speed,
      figure: `bulk read by ranges beside an unverified read, ${label}`,
      ours: perSecond(getting.readMs),
      anchor: { name: 'plain GET /bytes', value: perSecond(getting.getMs) },
      bar: barred && !hashIsSlower ? timesAnchor(0.75) : undefined,
    },
    {
      figure: `bulk read at ${ROUND_TRIP} ms over ${rounds} rounds and the slower limit, ${label}`,
      unit: 'times',
      better: 'lower',
      ours: overBound(middle(distant, overBound)),
      bar: barred ? atMost(1.5) : undefined,
    },
  ]
}

/** A read and its limits, measured one behind the other, in milliseconds. */
type Round = Limits & { readonly readMs: number }
