import type { SyncPlan } from '@remote-log/client'
import { counted } from './counted.ts'
import type { Output } from './output.ts'

/** What a sync would read, for people. */
export async function showPlan(out: Output, plan: SyncPlan | undefined): Promise<void> {
  if (!plan) return await out.line('nothing was published yet: there is nothing to read')
  const { sealedPages, missingPages, pages, stretches, bytes, requests, rounds } = plan
  const ranged = stretches
    .filter(({ way }) => way === 'ranges')
    .reduce((all, { from, to }) => all + to - from, 0)
  const left = missingPages - pages
  await out.line(
    [
      `would read ${pages} of ${counted(sealedPages, 'page')} (${missingPages} missing here), ${ranged} of them by ranges`,
      `  ${bytes} bytes by ${counted(requests, 'request')} in ${counted(rounds, 'round')}`,
      ...(left > 0 ? [`  ${counted(left, 'page')} would be left out: the byte budget ends before`] : []),
    ].join('\n'),
  )
}
