import type { EntryName, ErrorCode, LogHash, LogId, MessageId, Unmet } from '@remote-log/core'
import type { GroupLog } from './group-log.ts'

/** Why an entry is not there for those who need it (docs/spec.md, section 16.2). */
export type MissingReason =
  | 'unknown-log'
  | 'not-synced'
  | 'unavailable'
  | 'other-entry'
  | 'cycle'
  | 'unknown-version'

/** An entry for which others wait. */
export interface MissingEntry {
  readonly log: LogHash
  /** Undefined where no log of the group has this hash. */
  readonly member: LogId | undefined
  readonly seq: number
  /** Undefined where nobody named it: it comes before one that is here, in the same log. */
  readonly id: MessageId | undefined
  readonly reason: MissingReason
  /** The error that kept it from being read, where there was one. */
  readonly code: ErrorCode | undefined
  /** What is wrong and what to do. */
  readonly message: string
  /** The first entry that waits for it, and with it all that follow in its log. Undefined: nobody does, so far. */
  readonly neededBy: EntryName | undefined
}

/** What waits for others, and what could not be read, with all that is known of it here. */
export function missingEntries(
  unmet: readonly Unmet[],
  logs: ReadonlyMap<LogHash, GroupLog>,
): MissingEntry[] {
  const needed = unmet.map(item => missingEntry(item, logs.get(item.log)))
  const unread = [...logs.values()].flatMap(({ log, source, unreadEntries }) =>
    unreadEntries
      .filter(([seq]) => !needed.some(item => item.log === log && item.seq === seq))
      .map(([seq, why]) => ({
        ...{ log, member: source.id, seq, id: undefined, code: undefined, neededBy: undefined },
        ...why,
      })),
  )
  return [...needed, ...unread]
}

function missingEntry(unmet: Unmet, log: GroupLog | undefined): MissingEntry {
  const { seq, id, neededBy } = unmet
  return { log: unmet.log, member: log?.source.id, seq, id, neededBy, ...whyOf(unmet, log) }
}

function whyOf(
  { reason, seq }: Unmet,
  log: GroupLog | undefined,
): Pick<MissingEntry, 'reason' | 'code' | 'message'> {
  switch (reason) {
    case 'unknown-log':
      return { reason, code: undefined, message: 'no log of the group is this one: add it' }
    case 'other-entry':
      return { reason, code: undefined, message: 'another entry stands at its place: who named it was wrong' }
    case 'cycle':
      return { reason, code: undefined, message: 'it depends on the entry that needs it' }
    case 'not-here':
      return whyNotHere(seq, log!)
  }
}

function whyNotHere(seq: number, log: GroupLog): Pick<MissingEntry, 'reason' | 'code' | 'message'> {
  const unread = log.unread(seq)
  if (unread) return { code: undefined, ...unread }
  if (seq >= log.upTo)
    return {
      reason: 'unavailable',
      code: undefined,
      message: 'it is behind the cut-off of its log: left out',
    }
  const { published } = log.source.status()
  if (seq >= published) {
    const message = `the log has ${published} entries as far as it is known here: sync`
    return { reason: 'not-synced', code: undefined, message }
  }
  const gap = log.missing.find(({ from, to }) => from <= seq && seq < to)
  return {
    reason: 'unavailable',
    code: gap?.reason,
    message: gap?.message ?? 'it is published and not on this device: sync',
  }
}
