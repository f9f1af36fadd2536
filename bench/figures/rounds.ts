import { join } from 'node:path'
import { atMost, type Figure } from '../report/row.ts'
import type { Bench } from './bench.ts'
import { copyOf } from './cold-read.ts'
import { fillOpenPage, type Subject } from './subject.ts'

/** Entries of a catch-up. */
const MISSED = 10

/** Sequential rounds of everything a reader does, counted by the link (network/lock-step.ts) and the store (peers/depth-store.ts). */
export async function rounds(bench: Bench, subject: Subject): Promise<Figure[]> {
  bench.progress(`${subject.label}: sequential rounds`)
  await bench.link.setRoundTrip(0, { handshake: false })
  return [
    await coldRead(bench, subject),
    ...(await lookUps(bench, subject)),
    ...(await catchUps(bench, subject)),
  ]
}

async function coldRead(bench: Bench, { ours, size, label, name }: Subject): Promise<Figure> {
  const head = await count(bench, () => bench.reader.head(ours))
  const below = await bench.reader.depthOfSync(join(bench.folder, `${name}-depth`), ours, size)
  return {
    figure: `sequential rounds, cold read, ${label}`,
    unit: 'rounds',
    better: 'lower',
    ours: head + below,
    // Every page waits for the one that names it; the head is handed over.
    anchor: { name: 'linked list', value: size },
    bar: atMost(6),
  }
}

async function lookUps(bench: Bench, { ours, hypercore, size, label, name }: Subject): Promise<Figure[]> {
  const seq = Math.floor(size * 0.7)
  return [
    {
      figure: `sequential rounds, one entry by number, ${label}`,
      unit: 'rounds',
      better: 'lower',
      ours: await count(bench, () => bench.reader.timeEntry(ours, seq)),
      anchor: {
        name: 'hypercore',
        value: await count(bench, () =>
          bench.hypercoreReader.timeEntry(join(bench.folder, `${name}-entry`), hypercore, seq),
        ),
      },
      bar: atMost(5),
    },
    {
      figure: `sequential rounds, one entry by time, ${label}`,
      unit: 'rounds',
      better: 'lower',
      ours: await count(bench, () => bench.reader.timeAt(ours, seq)),
      bar: atMost(5),
    },
  ]
}

/** Two catch-ups by 10 entries: one that seals a page on the way, one that fits the head page. */
async function catchUps(bench: Bench, subject: Subject): Promise<Figure[]> {
  const { ours, hypercore, size, label, name } = subject
  const figure = { unit: 'rounds', better: 'lower' } as const
  const copy = copyOf(bench, subject, 'by chunks')

  // 10 entries lie in the open page: 10 more seal it.
  let have = await fillOpenPage(bench, subject, size, 10)
  await bench.reader.sync(copy, ours, have, 'by chunks')
  await bench.writer.publish(name, MISSED)
  have += MISSED
  const sealing = await count(bench, () => bench.reader.sync(copy, ours, have, 'by chunks'))

  have = await fillOpenPage(bench, subject, have, 0)
  await bench.reader.sync(copy, ours, have, 'by chunks')
  const chunks = await bench.writer.publish(name, MISSED)
  have += MISSED
  const fitting = await count(bench, () => bench.reader.sync(copy, ours, have, 'by chunks'))

  await bench.hypercoreWriter.append(name, MISSED)
  const theirs = await count(bench, () =>
    bench.hypercoreReader.timeCatchUp(copyOf(bench, subject, 'tuned'), hypercore, MISSED),
  )
  const anchor = { name: 'hypercore', value: theirs }
  return [
    {
      figure: `chunks of a publish that seals nothing, ${label}`,
      unit: 'chunks',
      better: 'lower',
      ours: chunks,
      anchor: { name: 'linked list', value: MISSED },
      bar: atMost(1),
    },
    {
      ...figure,
      figure: `sequential rounds, catch-up by ${MISSED} within the head page, ${label}`,
      ours: fitting,
      anchor,
      bar: atMost(2),
    },
    {
      ...figure,
      figure: `sequential rounds, catch-up by ${MISSED} past a sealed page, ${label}`,
      ours: sealing,
      anchor,
      bar: atMost(3),
    },
  ]
}

async function count(bench: Bench, work: () => Promise<unknown>): Promise<number> {
  await bench.link.startLockStep()
  await work()
  return bench.link.stopLockStep()
}
