import { bytesToHex, type Content, type Entry, type NewEntry, type Page } from '@remote-log/core'
import type { Advanced } from '../advance.ts'
import { nextSeqOf } from '../anchor.ts'
import { buildHead, type HeadPlan } from '../build-head.ts'
import { BuiltPages } from '../built-pages.ts'
import type { LogContext } from '../context.ts'
import type { Reader } from '../reader.ts'
import type { UploadedHead } from '../upload-head.ts'
import type { Announced } from './announced.ts'

/** What stands in the feed on the head that stands on the chain; undefined where nothing does. */
export function announcedOf({ state }: LogContext): Announced | undefined {
  const { announced, anchor } = state
  return announced && announced.base === anchor?.head ? announced : undefined
}

/** Entries of the queue that are in the log already. */
export interface Arrived {
  /** So many from the queue's first. */
  readonly entries: number
  /** Staging numbers of the payloads by reference among them. */
  readonly staged: readonly number[]
  /** Whether the head has none behind them. */
  readonly all: boolean
}

/**
 * What of the announced entries a newer head holds right behind the trusted one: any head that was announced can be
 * submitted by whoever has it signed, and others may have gone on behind it before this device looks. They are told by
 * what is in them, for each announced head may have been built in its own way.
 * @throws NOT_FOUND, UNAVAILABLE, CORRUPT, INVALID_PAGE (a page that must be looked at), LOCAL_DAMAGED, ABORTED
 */
export async function arrivedIn(
  context: LogContext,
  reader: Reader,
  { anchor, sealed }: Advanced,
): Promise<Arrived | undefined> {
  const trusted = context.state.anchor
  const pages = async function* (): AsyncGenerator<Page, void, undefined> {
    for (let index = trusted?.page.roots.sealedPages ?? 0; index < sealed.walker.pages; index++)
      yield (await sealed.find(reader, index)).page
    yield anchor.page
  }
  return await arrivedAmong(context, pages())
}

/**
 * As {@link arrivedIn}, from the pages of the newer head: those from the one on that was open at the trusted head, and the
 * head page. So many are taken as it needs to tell.
 */
export async function arrivedAmong(
  context: LogContext,
  pages: AsyncIterable<Page>,
): Promise<Arrived | undefined> {
  const announced = announcedOf(context)
  if (!announced) return undefined
  const { local, state } = context
  const { first } = state.unsent
  const from = state.anchor ? nextSeqOf(state.anchor.page) : 0
  const own = local.unsent(first, first + announced.entries)
  const queue = own[Symbol.asyncIterator]()
  const staged: number[] = []
  let entries = 0
  let others = false
  try {
    for await (const entry of entriesFrom(pages, from)) {
      const mine = await queue.next()
      others = mine.done || !isSame(mine.value.entry, entry)
      if (mine.done || others) break
      if (mine.value.entry.staging !== undefined) staged.push(mine.value.entry.staging)
      entries++
    }
  } finally {
    await own.close()
  }
  return entries > 0 ? { entries, staged, all: !others } : undefined
}

async function* entriesFrom(
  pages: AsyncIterable<Page>,
  from: number,
): AsyncGenerator<Entry, void, undefined> {
  for await (const { entries } of pages) yield* entries.filter(({ seq }) => seq >= from)
}

function isSame(mine: NewEntry, entry: Entry): boolean {
  return (
    mine.timestamp === entry.timestamp && mine.id === entry.id && isSameContent(mine.content, entry.content)
  )
}

function isSameContent(a: Content, b: Content): boolean {
  if (a.kind === 'reference')
    return b.kind === 'reference' && a.reference === b.reference && a.length === b.length
  return b.kind === 'embedded' && bytesToHex(a.data) === bytesToHex(b.data)
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
