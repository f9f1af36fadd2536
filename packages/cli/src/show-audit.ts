import type { AuditReport, LostChunk, UnknownChunks } from '@remote-log/client'
import { counted } from './counted.ts'
import { EXIT_CODES } from './exit-codes.ts'
import type { Output } from './output.ts'

/** Lines of one kind that are printed; `--json` lists all. */
const LINES = 20

const PARTS: Readonly<Record<LostChunk['part'], string>> = {
  head: 'head page',
  page: 'page',
  history: 'index of pages',
  directory: 'index by number and time',
  payload: 'payload of entry',
}

export async function showAudit(out: Output, report: AuditReport): Promise<void> {
  const { head, block, entries, sound, lost, unknown, complete } = report
  if (head === undefined && complete) return out.line(`nothing is published yet (block ${block.number})`)
  const all = `${counted(sound, 'chunk')} of ${counted(entries, 'entry', 'entries')}`
  await out.line(
    `${complete ? 'all there' : 'INCOMPLETE'}: ${all}, head ${head ?? 'lost'}, block ${block.number}`,
  )
  for (const chunk of lost.slice(0, LINES)) {
    const { reference, reason, restorable } = chunk
    await out.line(
      `  lost     ${reference} ${where(chunk)}: ${reason}${restorable ? '' : ', not on this device either'}`,
    )
  }
  if (lost.length > LINES)
    await out.line(`  … and ${counted(lost.length - LINES, 'chunk')} more (--json lists all)`)
  for (const chunks of unknown.slice(0, LINES))
    await out.line(`  unknown  ${where(chunks)}: ${chunks.message}`)
  if (unknown.length > LINES) await out.line(`  … and ${unknown.length - LINES} more (--json lists all)`)
}

/** The exit code that says why something is missing. */
export function auditExitCode({ lost, unknown }: Pick<AuditReport, 'lost' | 'unknown'>): number | undefined {
  const [first] = [...lost, ...unknown]
  return first && EXIT_CODES[first.reason]
}

function where({ part, pages, seq }: LostChunk | UnknownChunks): string {
  if (seq !== undefined) return `(${PARTS[part]} ${seq})`
  if (!pages) return `(${PARTS[part]})`
  const range = pages.to - pages.from === 1 ? `${pages.from}` : `${pages.from} to ${pages.to - 1}`
  return `(${PARTS[part]} ${range})`
}
