import { type Chunk, chunkPayload, type Reference } from '@remote-log/core'
import { decodeHead } from '../src/anchor.ts'
import { descend } from '../src/descend.ts'
import { Reader } from '../src/reader.ts'
import { SealedPages } from '../src/sealed-pages.ts'
import { LOG, type World } from './world.ts'

/** The sealed pages below a head, with the whole index, as the network has them. */
export async function sealedPagesOf(world: World, head: Reference): Promise<SealedPages> {
  const sealed = new SealedPages(decodeHead(chunkPayload(world.network.get(head)!), LOG, head))
  await descend(new Reader(world.store), sealed.walker, [{ from: 0, to: sealed.walker.pages }])
  return sealed
}

/** The references of all sealed pages. */
export async function pageReferences(world: World, head: Reference): Promise<Reference[]> {
  const { walker } = await sealedPagesOf(world, head)
  return Array.from({ length: walker.pages }, (_, index) => walker.page(index)!)
}

/** Puts chunks into the network as if somebody had uploaded them. */
export function put(world: World, ...chunks: Chunk[]): void {
  for (const { reference, bytes } of chunks) world.network.set(reference, bytes)
}
