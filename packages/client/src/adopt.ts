import type { BlockRef } from '@remote-log/core'
import { type Anchor, nextSeqOf } from './anchor.ts'
import type { BuiltHead } from './build-head.ts'
import { commit } from './commit.ts'
import type { LogContext } from './context.ts'
import { claimQuietly } from './feed/anchored-name-system.ts'
import type { LocalChange } from './local-database.ts'
import { dropSent } from './stage-payload.ts'

/**
 * Records that a head built here stands: its entries are published and leave the queue, in one atomic write. Its pages
 * must have been written before. The records of what is published are cleared afterwards, in little memory however many
 * they are; what stays goes at the next start.
 */
export async function adopt(
  context: LogContext,
  built: BuiltHead,
  block: BlockRef,
  pages: LocalChange[],
): Promise<void> {
  const { local, state } = context
  const before = state.anchor
  const ownFrom = before?.ownFrom ?? (before ? nextSeqOf(before.page) : 0)
  const anchor: Anchor = { ...built.anchor, block, ownFrom }
  const from = before?.page.roots.sealedPages ?? 0
  const have = state.have.with(from, anchor.page.roots.sealedPages)
  const { first } = state.unsent
  const sent = first + built.entries
  const changes = [
    ...pages,
    local.putAnchor(anchor),
    local.putHave(have),
    local.delete('journal'),
    local.putSent(sent),
    local.delete('announced'),
  ]
  await commit(context, changes, () => {
    state.anchor = anchor
    state.have = have
    state.journal = undefined
    state.announced = undefined
    state.unsent = { first: sent, next: state.unsent.next }
  })
  if (context.feed) await claimQuietly(context.feed, context.id, anchor.head)
  await dropSent(local, sent, built.staged)
}
