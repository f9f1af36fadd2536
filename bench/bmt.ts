import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { FileSplitter } from '@remote-log/core'
import { type Figure, judge, type Row, timesAnchor } from './report/row.ts'

/** Bytes hashed: enough for many full chunks, whose hashing bee-js otherwise puts off. */
const SIZE = 4 * 1024 * 1024
const ROUNDS = 3

interface BeeJs {
  readonly MerkleTree: { root(data: Uint8Array): Promise<{ hash(): Uint8Array }> }
}

/** The root of one file, by our splitter and by bee-js: MB a second on one thread, the best of a few rounds. */
export async function bmtFigure(): Promise<Figure> {
  const data = new Uint8Array(SIZE).map((_, i) => (i * 31 + (i >> 12)) & 255)
  const { MerkleTree } = (await import(beeJs())) as BeeJs
  const roots = new Set<string>()
  const ours = await fastest(() => {
    const splitter = new FileSplitter()
    splitter.push(data)
    roots.add(splitter.finish().root)
  })
  const theirs = await fastest(async () => {
    roots.add(Buffer.from((await MerkleTree.root(data)).hash()).toString('hex'))
  })
  if (roots.size !== 1) throw new Error('the two roots differ')
  return {
    figure: `root of a file of ${SIZE / 2 ** 20} MiB`,
    unit: 'MB/s',
    better: 'higher',
    ours: SIZE / 1e6 / ours,
    anchor: { name: 'bee-js 12.1.0 MerkleTree', value: SIZE / 1e6 / theirs },
    bar: timesAnchor(8),
  }
}

/** Seconds of the fastest round. */
async function fastest(work: () => void | Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now()
    await work()
    best = Math.min(best, (performance.now() - from) / 1000)
  }
  return best
}

/** bee-js is a development dependency of core, which compares its addresses with it. */
function beeJs(): string {
  const core = createRequire(new URL('../packages/core/package.json', import.meta.url))
  return pathToFileURL(core.resolve('@ethersphere/bee-js')).href
}

if (import.meta.main) {
  const row: Row = judge(await bmtFigure())
  console.log(
    `${row.figure}: ${row.ours} ${row.unit}, ${row.anchorName}: ${row.anchor}; ratio ${row.ratio} (${row.bar})`,
  )
}
