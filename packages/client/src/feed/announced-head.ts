import type { Reference } from '@remote-log/core'
import { decodeHead, nextSeqOf } from '../anchor.ts'
import { buildHead, type HeadPlan } from '../build-head.ts'
import { BuiltPages } from '../built-pages.ts'
import type { LogContext } from '../context.ts'
import type { Attempt } from '../journal.ts'
import type { Reader } from '../reader.ts'
import type { UploadedHead } from '../upload-head.ts'
import type { Announced } from './announced.ts'

/** What stands in the feed on the head that stands on the chain; undefined where nothing does. */
export function announcedOf({ state }: LogContext): Announced | undefined {
  const { announced, anchor } = state
  return announced && announced.base === anchor?.head ? announced : undefined
}

/**
 * The entries of the queue that a stated head holds, where it is one that was announced: somebody submitted it, signed,
 * to the chain. Undefined where it is another's. The anchor's edges must be known. @throws as reading the head page can
 */
export async function announcedAs(
  context: LogContext,
  reader: Reader,
  head: Reference,
): Promise<Attempt | undefined> {
  const announced = announcedOf(context)
  if (!announced) return undefined
  const { linked } = announced
  if (announced.head === head)
    return { next: head, entries: announced.entries, linked, salts: announced.salts }
  const page = decodeHead(await reader.page(head), context.log, head)
  const { anchor } = context.state
  const entries = nextSeqOf(page) - (anchor ? nextSeqOf(anchor.page) : 0)
  if (entries <= 0 || entries >= announced.entries) return undefined
  const { anchor: built } = await buildHead(context, { entries, linked }, { chunk: async () => {} })
  const salts = { pages: new Map(), head: 0 }
  return built.head === head ? { next: head, entries, linked, salts } : undefined
}

/**
 * The announced head, where it is the one that is planned: the network has its chunks already, so that nothing goes up
 * again. Undefined where it is another. @throws LOCAL_DAMAGED
 */
export async function announcedHead(
  context: LogContext,
  announced: Announced | undefined,
  plan: HeadPlan,
): Promise<UploadedHead | undefined> {
  if (!announced || announced.entries !== plan.entries || announced.linked !== plan.linked) return undefined
  const pages = new BuiltPages(context.local)
  const { salts } = announced
  const built = await buildHead(
    context,
    { ...plan, salts },
    {
      chunk: async (chunk, page) => {
        if (page !== undefined) await pages.add(page, chunk)
      },
    },
  )
  return built.anchor.head === announced.head
    ? { built, chunks: 0, pages: pages.rest(), paidBy: announced.paidBy }
    : undefined
}
