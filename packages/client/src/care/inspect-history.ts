import { CHUNK_BYTES, HistoryBuilder, HistoryWalker, type Reference, type TreeNode } from '@remote-log/core'
import type { HeadPage } from '../anchor.ts'
import { countTo } from '../pipeline.ts'
import type { OnLost } from './lost-chunk.ts'
import type { Probe } from './probe.ts'

/** The reference of a page as it is known from elsewhere than the history. */
export type PageReference = (page: number) => Promise<Reference | undefined>

/**
 * Fetches every inner node of a log's history and returns what then is known of its pages. A node that can't be had is
 * made anew from the references of the pages below it, where these are known.
 */
export async function inspectHistory(
  { roots }: HeadPage,
  probe: Probe,
  pageReference: PageReference,
  onLost: OnLost,
): Promise<HistoryWalker> {
  const walker = new HistoryWalker(roots.history, roots.sealedPages)
  const holes = new Set<Reference>()
  for (;;) {
    const wanted = walker.wanted(0, walker.pages).filter(({ reference }) => !holes.has(reference))
    if (wanted.length === 0) return walker
    const probed = await Promise.all(
      wanted.map(async want => ({ ...want, probed: await probe.get(want.reference) })),
    )
    for (const { reference, node, probed: found } of probed) {
      const { missed } = found
      const bytes = missed ? await makeNode(node, reference, pageReference) : found.bytes
      if (bytes) walker.supply(node, bytes)
      else holes.add(reference)
      if (missed) await onLost(reference, { part: 'history', pages: pagesOf(node) }, missed, bytes)
    }
  }
}

/** The bytes of an inner node, from the references of the pages below it. */
async function makeNode(
  node: TreeNode,
  reference: Reference,
  pageReference: PageReference,
): Promise<Uint8Array | undefined> {
  const builder = new HistoryBuilder()
  const { from, to } = pagesOf(node)
  let last = undefined as { readonly reference: Reference; readonly bytes: Uint8Array } | undefined
  for (const page of countTo(from, to)) {
    const known = await pageReference(page)
    if (known === undefined) return undefined
    last = builder.append(known).at(-1) ?? last
  }
  last = builder.root().chunks.at(-1) ?? last
  return last?.reference === reference ? last.bytes : undefined
}

function pagesOf({ offset, span }: TreeNode): { from: number; to: number } {
  return { from: offset / CHUNK_BYTES, to: (offset + span) / CHUNK_BYTES }
}
