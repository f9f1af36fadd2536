import {
  type Chunk,
  type ChunkRoom,
  defaultMessageId,
  emptyLogState,
  LogBuilder,
  type LogHash,
  RefusedError,
} from '@remote-log/core'
import { MemoryStampStorage, Stamper } from '@remote-log/swarm'
import { atLeast, type Figure } from '../report/row.ts'

/** Which salts are looked for: none, those that place the page alone, or those that place all that depends on it. */
type Packing = 'none' | 'pages' | 'all'

/** Entries of 256 bytes, 15 a page. Publishes in turn: bulk, and now and then a few. */
const ENTRY_BYTES = 256
const PUBLISHES = [3000, 1, 20, 3000, 3, 3000, 40]

/** How full a batch is when the first chunk finds no room, and how many salts were tried for a page on average. */
export interface Filling {
  readonly fill: number
  readonly chunks: number
  readonly tries: number
}

/**
 * Fills a batch with all that a log stores (sealed pages, inner nodes of both trees, right edges, head pages), each
 * chunk really built and hashed, until the first finds no room.
 */
export async function fillBatch(depth: number, packing: Packing): Promise<Filling> {
  const signer = { sign: () => Promise.reject(new TypeError('nothing is stamped here')) }
  const storage = new MemoryStampStorage()
  const { room } = await Stamper.open({ batch: '00'.repeat(32), depth, signer, storage })
  let [chunks, pages, tries] = [0, 0, 0]
  const steered: ChunkRoom = {
    maxSalts: room.maxSalts,
    choices: room.choices,
    crowding(addresses) {
      if (addresses.length === 1) tries++
      if (packing === 'none' || (packing === 'pages' && addresses.length > 1)) return 0
      return room.crowding(addresses)
    },
    take(addresses) {
      pages++
      // Chunk by chunk, as they would be stamped.
      for (const address of addresses) {
        if (room.crowding([address]) === Number.POSITIVE_INFINITY) throw room.full(1)
        room.take([address])
        chunks++
      }
    },
    full: count => room.full(count),
  }
  const builder = new LogBuilder(emptyLogState('5a'.repeat(32) as LogHash), { room: steered })
  const data = new Uint8Array(ENTRY_BYTES)
  const view = new DataView(data.buffer)
  try {
    for (let n = 0, publish = 0; ; publish++) {
      for (let i = 0; i < PUBLISHES[publish % PUBLISHES.length]!; i++, n++) {
        view.setUint32(0, n)
        const content = { kind: 'embedded', data } as const
        builder.append({ timestamp: 1_700_000_000_000 + n * 60_000, id: defaultMessageId(data), content })
      }
      const head: { readonly page: Chunk } = builder.head()
      if (head.page.bytes.length === 0) break
    }
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
  }
  return { fill: chunks / 2 ** depth, chunks, tries: tries / pages }
}

/** The smallest batches, filled to the first refusal. */
export async function packing(
  depths: readonly number[],
  progress: (text: string) => void,
): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const depth of depths) {
    progress(`filling a postage batch of depth ${depth}`)
    const [all, pages, none] = [
      await fillBatch(depth, 'all'),
      await fillBatch(depth, 'pages'),
      await fillBatch(depth, 'none'),
    ]
    const percent = { unit: '%', better: 'higher' } as const
    const figure = `fill of a batch of depth ${depth} at the first refusal`
    figures.push(
      {
        ...percent,
        figure,
        ours: 100 * all.fill,
        anchor: { name: 'pages steered alone', value: 100 * pages.fill },
        bar: atLeast(90),
      },
      { ...percent, figure: `${figure}, without salts`, ours: 100 * none.fill },
      { figure: `salts tried a page, depth ${depth}`, unit: 'salts', better: 'lower', ours: all.tries },
    )
  }
  return figures
}
