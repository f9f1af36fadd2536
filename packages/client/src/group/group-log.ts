import {
  type CausalEntry,
  type Envelope,
  type ErrorCode,
  type LogHash,
  logHash,
  RemoteLogError,
  readEnvelope,
} from '@remote-log/core'
import type { LogEntry } from '../log-entry.ts'
import { PageRanges } from '../page-ranges.ts'
import { inOrder } from '../pipeline.ts'
import type { RemoteLog } from '../remote-log.ts'
import type { Missing } from '../sync.ts'
import type { KeptEnvelopes } from './kept-envelopes.ts'

/** What the order needs of a log: what is on this device of it, however it came here. */
export type LogSource = Pick<RemoteLog, 'id' | 'kept' | 'status'>

/** Payloads by reference whose first bytes are read at once. */
const STARTS_AT_ONCE = 16

/** Why an entry that is here has no place in the order. */
export interface Unread {
  readonly reason: 'unavailable' | 'unknown-version'
  readonly code?: ErrorCode
  readonly message: string
}

/** One log of a group, and how far it was read into the order. */
export class GroupLog {
  readonly source: LogSource
  readonly log: LogHash
  /** seq from which on entries are left out. */
  readonly upTo: number
  /** By seq: where the content begins in the payload, 0 where nothing is set. */
  readonly #contentAt: number[] = []
  /** By seq: what is wrong with what looks like an envelope. */
  readonly #faults = new Map<number, string>()
  readonly #kept: KeptEnvelopes
  #seen = new PageRanges()
  #unread = new Map<number, Unread>()
  /** What the last sync could not bring. */
  missing: readonly Missing[] = []

  constructor(source: LogSource, kept: KeptEnvelopes, upTo = Number.POSITIVE_INFINITY) {
    this.source = source
    this.upTo = upTo
    this.log = logHash(source.id)
    this.#kept = kept
  }

  shapeOf(seq: number): { readonly contentAt: number; readonly fault: string | undefined } {
    return { contentAt: this.#contentAt[seq] ?? 0, fault: this.#faults.get(seq) }
  }

  unread(seq: number): Unread | undefined {
    return this.#unread.get(seq)
  }

  get unreadEntries(): readonly (readonly [seq: number, why: Unread])[] {
    return [...this.#unread]
  }

  /**
   * What is on this device and was not taken so far.
   * @param fetch whether the first bytes of payloads by reference may be asked of the store, where they are not known
   * @throws LOCAL_DAMAGED, UNAVAILABLE (local disk), ABORTED
   */
  async take(fetch: boolean, signal: AbortSignal | undefined): Promise<CausalEntry[]> {
    const taken: CausalEntry[] = []
    const byReference: LogEntry[] = []
    for (const gap of this.#seen.missing(0, Math.min(this.source.status().published, this.upTo))) {
      let run = gap.from
      let seen = gap.from
      for await (const entry of this.source.kept({ ...gap, signal })) {
        if (entry.content.kind === 'reference') {
          byReference.push(entry)
          continue
        }
        const { data } = entry.content
        const causal = this.#placed(entry, readEnvelope(data, data.length, this.log))
        if (!causal) continue
        taken.push(causal)
        if (entry.seq !== seen) {
          this.#seen = this.#seen.with(run, seen)
          run = entry.seq
        }
        seen = entry.seq + 1
      }
      this.#seen = this.#seen.with(run, seen)
    }
    const read = (entry: LogEntry, signal: AbortSignal) => this.#envelopeOf(entry, fetch, signal)
    for await (const { entry, envelope } of inOrder(byReference, STARTS_AT_ONCE, signal, read)) {
      const causal = envelope && this.#placed(entry, envelope)
      if (!causal) continue
      taken.push(causal)
      this.#seen = this.#seen.with(entry.seq, entry.seq + 1)
    }
    return taken
  }

  async #envelopeOf(
    entry: LogEntry,
    fetch: boolean,
    signal: AbortSignal,
  ): Promise<{ entry: LogEntry; envelope: Envelope | undefined }> {
    const { seq, id, length } = entry
    let start = await this.#kept.get(this.log, seq, id)
    if (!start && fetch) {
      try {
        start = await entry.start({ signal })
        await this.#kept.put(this.log, seq, id, start)
      } catch (error) {
        if (!(error instanceof RemoteLogError) || error.code === 'ABORTED') throw error
        this.#unread.set(seq, { reason: 'unavailable', code: error.code, message: error.message })
      }
    }
    return { entry, envelope: start && readEnvelope(start, length, this.log) }
  }

  /** The entry as the order takes it; undefined where it can't. */
  #placed({ seq, id, timestamp }: LogEntry, envelope: Envelope): CausalEntry | undefined {
    if (envelope.kind === 'unknown') {
      const message = `its envelope is of version ${envelope.version}: a newer client reads it`
      this.#unread.set(seq, { reason: 'unknown-version', message })
      return undefined
    }
    this.#unread.delete(seq)
    if (envelope.contentAt > 0) this.#contentAt[seq] = envelope.contentAt
    if (envelope.kind === 'plain' && envelope.fault) this.#faults.set(seq, envelope.fault)
    const header = envelope.kind === 'causal' ? envelope.header : undefined
    return { log: this.log, seq, id, timestamp, header }
  }
}
