import type { BlockRef, HeadStatement, Reference } from '@remote-log/core'
import { nextSeqOf } from '../anchor.ts'
import type { LocalLog } from '../local-log.ts'
import type { LogStatus } from '../status.ts'

/** What this device has of a log: as much as tells whether there is anything to read. */
export interface Known {
  readonly head: Reference | undefined
  readonly block: BlockRef | undefined
  readonly entries: number
  /** Whether every sealed page is kept. */
  readonly complete: boolean
}

/** From two records, without opening the log. @throws LOCAL_DAMAGED, UNAVAILABLE */
export async function knownOf(local: LocalLog): Promise<Known> {
  const [anchor, have] = await Promise.all([local.anchor(), local.have()])
  return {
    head: anchor?.head,
    block: anchor?.block,
    entries: anchor ? nextSeqOf(anchor.page) : 0,
    complete: have.covers(0, anchor?.page.roots.sealedPages ?? 0),
  }
}

export function knownFrom({ head, block, published, sealedPages, keptPages }: LogStatus): Known {
  return { head, block, entries: published, complete: keptPages === sealedPages }
}

/** Whether the statement says nothing that this device does not have. */
export function isUpToDate(known: Known, { head, block }: HeadStatement): boolean {
  return known.head === head && known.complete && block.number >= (known.block?.number ?? 0)
}
