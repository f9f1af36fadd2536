import type { Upload } from '@remote-log/core'
import type { LogContext } from '../context.ts'
import { paidAgain } from '../paid.ts'
import { Puts } from '../puts.ts'
import { Reader } from '../reader.ts'
import { type AuditOptions, type AuditReport, auditWith } from './audit.ts'

export interface RepairOptions extends AuditOptions {
  /** Upload everything that this device can make, without asking what is lost: for a new batch or another network. */
  readonly everything?: boolean | undefined
}

export interface RepairReport extends AuditReport {
  /** Chunks that were uploaded, and that the network has now. */
  readonly restored: number
  /** Whether everything that was found lost is back. */
  readonly repaired: boolean
}

/**
 * Looks at every chunk as an audit does, uploads those that are lost and can be made anew, and waits until the network
 * has them. Needs no key of the log: whoever has a copy and a postage batch can do it. Interrupted, it may be run
 * again: what is back by then is not uploaded twice.
 * @throws as `audit`; REFUSED (no batch, or one that takes nothing), CORRUPT
 */
export async function repair(context: LogContext, options: RepairOptions): Promise<RepairReport> {
  const reader = new Reader(context.store, options)
  let upload: Upload | undefined
  let puts: Puts | undefined
  try {
    const report = await auditWith(context, reader, options, options.everything !== true, {
      async lost({ reference }, bytes) {
        if (!bytes) return
        upload ??= await context.store.beginUpload(reader.call)
        puts ??= new Puts(upload, reader)
        await puts.add({ reference, bytes })
      },
    })
    await puts?.settled()
    await upload?.confirm({
      ...reader.call,
      onProgress: ({ stored, total }) => reader.progress('confirm', stored, total),
    })
    if (upload?.paidBy !== undefined) await rememberPayment(context, report, upload.paidBy)
    const repaired = report.unknown.length === 0 && report.lost.every(({ restorable }) => restorable)
    return { ...report, restored: puts?.count ?? 0, repaired }
  } finally {
    await puts?.stop()
  }
}

/** Pages that were put back live and die with the batch that paid now. */
async function rememberPayment(context: LogContext, { lost }: AuditReport, batch: string): Promise<void> {
  const { local, state } = context
  await context.alone.run('repair', undefined, async () => {
    const pages = lost.flatMap(({ part, pages, restorable }) =>
      part === 'page' && restorable && pages ? [pages.from] : [],
    )
    const paid = pages.reduce((known, page) => paidAgain(known, page, batch), state.paid)
    await local.write([local.putPaid(paid)], false)
    state.paid = paid
  })
}
