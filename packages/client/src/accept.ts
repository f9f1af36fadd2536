import type { Advanced } from './advance.ts'
import { nextSeqOf } from './anchor.ts'
import { commit } from './commit.ts'
import type { LogContext } from './context.ts'
import { claimQuietly } from './feed/anchored-name-system.ts'
import type { Arrived } from './feed/announced-head.ts'
import { paidBefore } from './paid.ts'
import { dropSent } from './stage-payload.ts'

/**
 * Makes a head that was found to extend the trusted one the trusted one; what of the queue arrived with it leaves the queue
 * in the same atomic write. @throws UNAVAILABLE
 */
export async function accept(
  context: LogContext,
  { anchor, page }: Advanced,
  arrived?: Arrived | undefined,
): Promise<void> {
  const { local, state } = context
  const changes = [local.putAnchor(anchor)]
  const have = page ? state.have.with(page.index, page.index + 1) : state.have
  if (page) changes.push(...local.putPages([page]), local.putHave(have))
  if (state.journal) changes.push(local.delete('journal'))
  const own = state.anchor
  const paid = paidBefore(state.paid, own?.page.roots.sealedPages ?? 0, own ? nextSeqOf(own.page) : 0)
  if (state.paid.head !== undefined) changes.push(local.putPaid(paid))
  if (state.announced) changes.push(local.delete('announced'))
  const first = state.unsent.first + (arrived?.entries ?? 0)
  if (arrived) changes.push(local.putSent(first))
  await commit(context, changes, () => {
    const unsent = { first, next: state.unsent.next }
    Object.assign(state, { anchor, have, journal: undefined, announced: undefined, paid, unsent })
  })
  if (!arrived) return
  if (arrived.all && context.feed) await claimQuietly(context.feed, context.id, anchor.head)
  await dropSent(local, first, arrived.staged)
}
