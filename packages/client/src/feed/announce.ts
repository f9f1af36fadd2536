import { makeChunk } from '@remote-log/core'
import type { LogContext } from '../context.ts'
import type { Reader } from '../reader.ts'
import type { UploadedHead } from '../upload-head.ts'
import type { Announced } from './announced.ts'

/**
 * Writes a head into the feed, whose chunks the network has, and remembers it. The entries stay in the queue until the
 * chain has them. @throws REFUSED, UNAVAILABLE (it may have arrived: the next call repeats it), READ_ONLY, ABORTED
 */
export async function announce(
  context: LogContext,
  reader: Reader,
  { built, paidBy }: UploadedHead,
  linked: boolean,
): Promise<Announced> {
  const { feed, id, local, settings, state } = context
  const base = state.anchor?.head
  const update = await feed!.announce(id, base, makeChunk(built.anchor.bytes), reader.call)
  const before = state.announced?.base === base ? state.announced : undefined
  const announced: Announced = {
    base,
    head: built.anchor.head,
    index: update.index,
    entries: built.entries,
    linked,
    salts: built.salts,
    paidBy,
    since: before?.since ?? settings.now(),
  }
  // Heads that were sent to the chain stay journaled: they may still arrive there.
  const settled = state.journal?.attempts.length === 0
  const changes = [local.putAnnounced(announced), ...(settled ? [local.delete('journal')] : [])]
  await local.write(changes, true)
  state.announced = announced
  if (settled) state.journal = undefined
  return announced
}
