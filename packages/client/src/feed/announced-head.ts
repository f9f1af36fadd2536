import { buildHead, type HeadPlan } from '../build-head.ts'
import { BuiltPages } from '../built-pages.ts'
import type { LogContext } from '../context.ts'
import type { UploadedHead } from '../upload-head.ts'
import type { Announced } from './announced.ts'

/** What stands in the feed on the head that stands on the chain; undefined where nothing does. */
export function announcedOf({ state }: LogContext): Announced | undefined {
  const { announced, anchor } = state
  return announced && announced.base === anchor?.head ? announced : undefined
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
  const built = await buildHead(context, plan, {
    chunk: async (chunk, page) => {
      if (page !== undefined) await pages.add(page, chunk)
    },
  })
  return built.anchor.head === announced.head
    ? { built, chunks: 0, pages: pages.rest(), paidBy: announced.paidBy }
    : undefined
}
