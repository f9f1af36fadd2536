import { type BlockRef, type Reference, RemoteLogError } from '@remote-log/core'
import { type Anchor, nextSeqOf } from '../anchor.ts'
import type { LogContext } from '../context.ts'
import { follow } from '../follow.ts'
import { asMissed } from '../missed.ts'
import type { OperationOptions } from '../progress.ts'
import { Reader } from '../reader.ts'
import type { Costs } from '../tally.ts'
import { inspect } from './inspect.ts'
import type { PayloadSource } from './inspect-payload.ts'
import type { ChunkPlace, LostChunk, UnknownChunks } from './lost-chunk.ts'
import { Probe } from './probe.ts'

export interface AuditOptions extends OperationOptions {
  /** Where payloads by reference can be had again, if they are lost: a device does not keep them. */
  readonly payloads?: PayloadSource | undefined
}

/** What the store has of a log, chunk by chunk. */
export interface AuditReport {
  /** The head whose chunks were looked at; undefined where nothing was ever published, or its page is lost. */
  readonly head: Reference | undefined
  readonly block: BlockRef
  readonly entries: number
  /** Chunks that arrived and were verified. */
  readonly sound: number
  /** Chunks that the store could not give, each once. */
  readonly lost: readonly LostChunk[]
  /** What leads nowhere: chunks that can't even be named. */
  readonly unknown: readonly UnknownChunks[]
  /** Whether every chunk of the log is there. */
  readonly complete: boolean
  readonly costs: Costs
}

/** What an audit is told of beside its report. */
export interface Findings {
  lost(chunk: LostChunk, bytes: Uint8Array | undefined): void | Promise<void>
}

/**
 * Fetches every chunk of the published log from the store, whatever this device keeps, and lists those that are lost.
 * Ask a node that did not take the upload: one that did has its own copies, which say nothing about the network.
 * @throws STALE, REORG, REWRITTEN, ROLLBACK, LOCAL_DAMAGED, INVALID_PAGE, ABORTED; UNAVAILABLE (the name system; or
 * the store, which did not answer for long); CORRUPT (an index that contradicts itself)
 */
export async function audit(context: LogContext, options: AuditOptions): Promise<AuditReport> {
  return await auditWith(context, new Reader(context.store, options), options, true, { lost: () => {} })
}

/** @param ask whether the store is asked at all; else every chunk counts as lost */
export async function auditWith(
  context: LogContext,
  reader: Reader,
  options: AuditOptions,
  ask: boolean,
  findings: Findings,
): Promise<AuditReport> {
  const lost = new Map<Reference, LostChunk>()
  const unknown: UnknownChunks[] = []
  const add = async (reference: Reference, place: ChunkPlace, error: RemoteLogError, bytes?: Uint8Array) => {
    const { code: reason, message } = error
    const chunk = { ...place, reference, reason, message, restorable: bytes !== undefined }
    // One chunk may stand in several places: payloads that share bytes share chunks.
    const before = lost.get(reference)
    if (before && (before.restorable || !chunk.restorable)) return
    lost.set(reference, chunk)
    await findings.lost(chunk, bytes)
  }
  const { block, head, anchor } = await headToAudit(context, reader, options, add)
  const probe = new Probe(reader, ask)
  if (anchor) {
    await inspect(context, reader, anchor, probe, {
      payloads: options.payloads,
      onLost: add,
      onUnknown: chunks => void unknown.push(chunks),
    })
  } else if (head !== undefined) {
    unknown.push({
      part: 'page',
      reason: 'NOT_FOUND',
      message: 'all else is named by the head page, which is lost',
    })
  }
  return {
    head: anchor?.head,
    block,
    entries: anchor ? nextSeqOf(anchor.page) : 0,
    sound: probe.sound,
    lost: [...lost.values()],
    unknown,
    complete: lost.size === 0 && unknown.length === 0,
    costs: reader.tally.costs(),
  }
}

/** The newest head; where its page is lost, the one that this device trusts. */
async function headToAudit(
  context: LogContext,
  reader: Reader,
  { signal }: OperationOptions,
  onLost: (reference: Reference, place: ChunkPlace, error: RemoteLogError) => Promise<void>,
): Promise<{ block: BlockRef; head: Reference | undefined; anchor: Anchor | undefined }> {
  return await context.alone.run('audit', signal, async () => {
    try {
      const { statement } = await follow(context, reader)
      return { ...statement, anchor: context.state.anchor }
    } catch (error) {
      const { head, block } = await context.names.head(context.id, reader.call)
      const lostPage = error instanceof RemoteLogError && error.details.reference === head
      if (head === undefined || !lostPage) throw error
      await onLost(head, { part: 'head' }, asMissed(error))
      return { head, block, anchor: context.state.anchor }
    }
  })
}
