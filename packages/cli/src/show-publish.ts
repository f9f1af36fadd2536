import type { PublishReport } from '@remote-log/client'
import { counted } from './counted.ts'
import type { Output } from './output.ts'

/** The JSON form of what a publish did. */
export function describePublish(report: PublishReport): object {
  const { publication, provisional, anchorTrouble, head, entries, published, chunks, conflicts, costs } =
    report
  const { block, transaction, gasUsed } = publication ?? {}
  const unchanged = publication === undefined && entries === 0
  return {
    unchanged,
    head: head ?? null,
    entries,
    published,
    chunks,
    conflicts,
    block,
    transaction,
    gasUsed,
    provisional: provisional ?? null,
    ...(anchorTrouble && { anchorTrouble: { code: anchorTrouble.code, message: anchorTrouble.message } }),
    costs,
  }
}

export async function showPublish(out: Output, report: PublishReport): Promise<void> {
  const { publication, provisional, anchorTrouble, head, entries, published, chunks, conflicts } = report
  if (!publication && provisional) {
    const waiting = provisional.entries - published
    await out.line(
      `announced ${counted(entries, 'entry', 'entries')} in ${counted(chunks, 'chunk')}, without gas; ${waiting} wait for an anchor`,
    )
    await out.line(`  provisional  ${provisional.head}, place ${provisional.index} in the feed`)
    if (anchorTrouble)
      await out.line(`  an anchor was due and failed: ${anchorTrouble.code}, ${anchorTrouble.message}`)
    return
  }
  if (!publication) {
    const found =
      entries > 0
        ? `an earlier publish of ${counted(entries, 'entry', 'entries')} had arrived`
        : 'nothing new to publish'
    return out.line(head === undefined ? found : `${found}: ${published} entries stand at head ${head}`)
  }
  await out.line(
    `published ${counted(entries, 'entry', 'entries')} in ${counted(chunks, 'chunk')}; the log has ${published} now`,
  )
  if (conflicts > 0)
    await out.line(
      `  other devices came first ${counted(conflicts, 'time')}; these entries stand behind theirs`,
    )
  await out.line(`  head         ${publication.head}`)
  await out.line(`  block        ${publication.block.number}`)
  if (publication.transaction !== undefined) await out.line(`  transaction  ${publication.transaction}`)
  if (publication.gasUsed !== undefined) await out.line(`  gas          ${publication.gasUsed}`)
}
