import type { Advanced } from './advance.ts'
import { nextSeqOf } from './anchor.ts'
import { commit } from './commit.ts'
import type { LogContext } from './context.ts'
import { paidBefore } from './paid.ts'

/** Makes a head that was found to extend the trusted one the trusted one, in one atomic write. @throws UNAVAILABLE */
export async function accept(context: LogContext, { anchor, page }: Advanced): Promise<void> {
  const { local, state } = context
  const changes = [local.putAnchor(anchor)]
  const have = page ? state.have.with(page.index, page.index + 1) : state.have
  if (page) changes.push(...local.putPages([page]), local.putHave(have))
  if (state.journal) changes.push(local.delete('journal'))
  const own = state.anchor
  const paid = paidBefore(state.paid, own?.page.roots.sealedPages ?? 0, own ? nextSeqOf(own.page) : 0)
  if (state.paid.head !== undefined) changes.push(local.putPaid(paid))
  if (state.announced) changes.push(local.delete('announced'))
  await commit(context, changes, () =>
    Object.assign(state, { anchor, have, journal: undefined, announced: undefined, paid }),
  )
}
