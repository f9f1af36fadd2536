import type { Arguments } from './arguments.ts'
import { bmtFigure } from './bmt.ts'
import { contactFigures } from './contacts.ts'
import { feedFigures } from './feed.ts'
import { appends } from './figures/append.ts'
import { type Bench, startBench } from './figures/bench.ts'
import { browserHashing } from './figures/browser-hashing.ts'
import { bulkReads } from './figures/bulk-read.ts'
import { bulkWrites } from './figures/bulk-write.ts'
import { coldReads } from './figures/cold-read.ts'
import { distantReads, type LinkedList } from './figures/distant-read.ts'
import { memory } from './figures/memory.ts'
import { packing } from './figures/packing.ts'
import { rounds } from './figures/rounds.ts'
import { write, writeOurs } from './figures/subject.ts'
import { gatewayFigures } from './gateways.ts'
import type { Figure } from './report/row.ts'

/** Pages of the linked list that are read: longer ones are as much slower as they are longer. */
const LINKED_LIST_PAGES = 1000
/** Entries of `--million`, of which only the memory is measured. */
const MILLION = 1_000_000

/** Measures every figure for every size (ascending). */
export async function measure(
  { sizes, depths, million }: Pick<Arguments, 'sizes' | 'depths' | 'million'>,
  progress: (text: string) => void,
): Promise<Figure[]> {
  progress('chunk hashing')
  const figures = [await bmtFigure(), await browserHashing()]
  progress('several gateways')
  figures.push(...(await gatewayFigures()))
  progress('a thousand contacts')
  figures.push(...(await contactFigures()))
  progress('feeds')
  figures.push(...(await feedFigures()))
  figures.push(...(await packing(depths, progress)))
  progress('starting the peers')
  const bench = await startBench(progress)
  try {
    figures.push(...(await appends(bench)))
    for (const size of sizes) figures.push(...(await measureSize(bench, size, size === sizes.at(-1))))
    if (million) figures.push(...(await memory(bench, await writeOurs(bench, MILLION))))
    return figures
  } finally {
    await bench.stop()
  }
}

async function measureSize(bench: Bench, size: number, isLargest: boolean): Promise<Figure[]> {
  const { subject, figures } = await write(bench, size)
  if (isLargest) figures.push(...(await bulkWrites(bench, size)))
  figures.push(...(await coldReads(bench, subject)))
  figures.push(...(await distantReads(bench, subject, isLargest ? await writeLinkedList(bench) : undefined)))
  if (isLargest) figures.push(...(await bulkReads(bench, subject)), ...(await memory(bench, subject)))
  figures.push(...(await rounds(bench, subject)))
  return figures
}

async function writeLinkedList(bench: Bench): Promise<LinkedList> {
  bench.progress('writing the linked list')
  const newest = await bench.linkedList.write(bench.network, LINKED_LIST_PAGES)
  return { newest, pages: LINKED_LIST_PAGES }
}
