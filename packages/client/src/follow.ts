import {
  type BlockRef,
  type BlockTag,
  type HeadStatement,
  LocalDamagedError,
  type Reference,
  RemoteLogError,
  ReorgError,
  RewrittenError,
  StaleError,
} from '@remote-log/core'
import { accept } from './accept.ts'
import { adopt } from './adopt.ts'
import { type Advanced, advance } from './advance.ts'
import { type Anchor, decodeHead } from './anchor.ts'
import { type BuiltHead, buildHead } from './build-head.ts'
import { BuiltPages } from './built-pages.ts'
import { isKeptBehind } from './compare-head.ts'
import type { LogContext } from './context.ts'
import { ensureEdges } from './edges.ts'
import { lookAhead } from './feed/ahead.ts'
import { announcedOf, arrivedIn } from './feed/announced-head.ts'
import type { Attempt } from './journal.ts'
import type { Reader } from './reader.ts'
import { SealedPages } from './sealed-pages.ts'

/** Where the log stands after asking: `sealed` is undefined where nothing was ever published. */
export interface Followed {
  readonly statement: HeadStatement
  readonly sealed: SealedPages | undefined
}

export interface FollowOptions {
  readonly at?: BlockTag | undefined
  /** What the name system stated of this log, where it was asked already. */
  readonly stated?: HeadStatement | undefined
  /** Whether all new pages are wanted, so that a few may be fetched early. */
  readonly ahead?: boolean | undefined
}

/**
 * Asks the name system for the head and moves the anchor to it if it extends what is trusted. Heads that this device
 * sent and got no answer for are recognised, so that their entries are not published twice. To be called under
 * `context.alone`.
 * @throws LOCAL_DAMAGED, STALE, REORG, REWRITTEN, ROLLBACK, and whatever reading the head page and its index can throw
 */
export async function follow(
  context: LogContext,
  reader: Reader,
  options: FollowOptions = {},
): Promise<Followed> {
  const followed = await followChain(context, reader, options)
  await lookAhead(context, reader, followed.statement)
  return followed
}

async function followChain(
  context: LogContext,
  reader: Reader,
  { at = 'latest', stated, ahead = false }: FollowOptions = {},
): Promise<Followed> {
  const { id, names, state } = context
  if (state.damage) throw state.damage
  reader.progress('head', 0)
  if (!stated) reader.tally.round()
  if (ahead && !state.anchor && context.settings.ranges) context.store.warmUp?.()
  const statement = stated ?? (await names.head(id, { ...reader.call, at }))
  const trusted = state.anchor
  checkFresh(trusted, statement)
  if (statement.head === undefined) {
    if (trusted?.offChain) return { statement, sealed: new SealedPages(trusted.page) }
    if (trusted) throw await vanished(context, reader, trusted, statement)
    return { statement, sealed: undefined }
  }
  if (statement.head === trusted?.head) {
    if (trusted.offChain) await confirm(context, trusted, statement.block)
    else state.anchor = { ...trusted, block: statement.block }
    return { statement, sealed: new SealedPages(trusted.page) }
  }
  if (await settle(context, reader, statement))
    return { statement, sealed: new SealedPages(state.anchor!.page) }
  const advanced = await advanceOrReorg(context, reader, statement, ahead)
  if (advanced === 'behind') return { statement, sealed: new SealedPages(trusted!.page) }
  await accept(context, advanced, await arrivedIn(context, reader, advanced))
  return { statement, sealed: advanced.sealed }
}

/** The head came from elsewhere, and now the chain states it, too. */
async function confirm({ local, state }: LogContext, trusted: Anchor, block: BlockRef): Promise<void> {
  const confirmed = { ...trusted, block, offChain: undefined }
  await local.write([local.putAnchor(confirmed)], true)
  state.anchor = confirmed
}

function checkFresh(trusted: Anchor | undefined, { head, block }: HeadStatement): void {
  if (trusted && block.number < trusted.block.number) {
    throw new StaleError(
      `the name system answers for block ${block.number}, which is older than block ${trusted.block.number} seen before`,
      { head, block: block.number, trustedHead: trusted.head, trustedBlock: trusted.block.number },
    )
  }
}

/**
 * Looks whether the stated head is, or builds on, one that this device sent. Then that one's entries are in, and the
 * anchor stands at it. Returns whether the anchor is the stated head now.
 */
async function settle(context: LogContext, reader: Reader, { head, block }: HeadStatement): Promise<boolean> {
  const { journal, anchor } = context.state
  const newest = announcedOf(context)
  if (head === undefined || !(newest || journal?.attempts.length)) return false
  if (journal && journal.attempts.length > 0 && journal.base !== anchor?.head) {
    throw new LocalDamagedError('the journal of a publication does not belong to the trusted head', {
      record: 'journal',
    })
  }
  await ensureEdges(context, reader)
  const attempts = [...(journal?.attempts ?? []), ...(newest ? [{ ...newest, next: newest.head }] : [])]
  for (const attempt of attempts.toReversed()) {
    const pages = new BuiltPages(context.local)
    const built = await rebuild(context, attempt, pages)
    if (attempt.next === head) {
      await adopt(context, built, block, pages.rest())
      return true
    }
    if (await extendsOurs(context, reader, built, { head, block })) {
      await adopt(context, built, anchor?.block ?? block, pages.rest())
      return false
    }
  }
  return false
}

async function rebuild(context: LogContext, attempt: Attempt, pages: BuiltPages): Promise<BuiltHead> {
  const built = await buildHead(context, attempt, {
    chunk: async (chunk, page) => {
      if (page !== undefined) await pages.add(page, chunk)
    },
  })
  if (built.anchor.head !== attempt.next) {
    throw new LocalDamagedError('the unsent entries are not those that were being published', {
      record: 'journal',
      attempted: attempt.next,
      rebuilt: built.anchor.head,
    })
  }
  return built
}

async function extendsOurs(
  { log }: LogContext,
  reader: Reader,
  built: BuiltHead,
  { head, block }: HeadStatement,
): Promise<boolean> {
  try {
    await advance(reader, log, { ...built.anchor, block }, head!, block)
    return true
  } catch (error) {
    if (error instanceof RemoteLogError && (error.code === 'REWRITTEN' || error.code === 'ROLLBACK'))
      return false
    throw error
  }
}

/**
 * A head that does not extend the trusted one is a reorganisation where the trusted block is no longer canonical. The chain
 * may be behind a head that came from elsewhere.
 */
async function advanceOrReorg(
  context: LogContext,
  reader: Reader,
  { head, block }: HeadStatement,
  ahead: boolean,
): Promise<Advanced | 'behind'> {
  const { anchor } = context.state
  try {
    return await advance(reader, context.log, anchor, head!, block, { ahead })
  } catch (error) {
    if (!anchor || !(error instanceof RemoteLogError)) throw error
    if (error.code !== 'REWRITTEN' && error.code !== 'ROLLBACK') throw error
    if (anchor.offChain) {
      if (error.code === 'ROLLBACK' || (await isBehindKept(context, reader, head!))) return 'behind'
      throw error
    }
    throw (await reorganised(context, reader, anchor, { head, block }, error)) ?? error
  }
}

async function isBehindKept(context: LogContext, reader: Reader, head: Reference): Promise<boolean> {
  const bytes = await reader.page(head)
  return await isKeptBehind(context, { bytes, page: decodeHead(bytes, context.log, head) })
}

async function vanished(
  context: LogContext,
  reader: Reader,
  trusted: Anchor,
  statement: HeadStatement,
): Promise<RemoteLogError> {
  const error = new RewrittenError('the name system no longer states any head for this log', {
    trustedHead: trusted.head,
    trustedBlock: trusted.block.number,
    block: statement.block.number,
  })
  return (await reorganised(context, reader, trusted, statement, error)) ?? error
}

async function reorganised(
  { names }: LogContext,
  reader: Reader,
  trusted: Anchor,
  statement: HeadStatement,
  cause: RemoteLogError,
): Promise<ReorgError | undefined> {
  const canonical = await names.block(trusted.block.number, reader.call)
  if (canonical?.hash === trusted.block.hash) return undefined
  return new ReorgError(
    `block ${trusted.block.number}, in which the trusted head stood, is no longer part of the chain`,
    {
      trustedHead: trusted.head,
      trustedBlock: trusted.block.number,
      trustedBlockHash: trusted.block.hash,
      head: statement.head,
      block: statement.block.number,
    },
    cause,
  )
}
