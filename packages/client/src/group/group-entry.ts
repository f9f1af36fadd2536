import type { EntryName, LogHash, LogId, MessageId, OrderedEntry } from '@remote-log/core'
import type { LogEntry } from '../log-entry.ts'
import type { OperationOptions } from '../progress.ts'

/** One entry of a group, in its place. */
export class GroupEntry {
  /** The log that it stands in. */
  readonly member: LogId
  readonly log: LogHash
  /** Its place in its log, from 0. Provisional while `published` is false. */
  readonly seq: number
  readonly id: MessageId
  /** Unix time in milliseconds, as its author stated it. */
  readonly timestamp: number
  /** `sequential`: it names nothing, and stands by its log and its timestamp. */
  readonly level: 'causal' | 'sequential'
  /** Lamport time by which it is ordered. */
  readonly lamport: number
  /** The entries of other logs that it names: they come before it. */
  readonly dependencies: readonly EntryName[]
  /** False: only on this device so far. */
  readonly published: boolean
  /** What is wrong with what looks like an envelope and is taken for content therefore. */
  readonly fault: string | undefined
  readonly #entry: LogEntry
  readonly #contentAt: number

  constructor(
    member: LogId,
    ordered: OrderedEntry,
    entry: LogEntry,
    shape: { readonly contentAt: number; readonly fault: string | undefined },
  ) {
    this.member = member
    this.log = ordered.log
    this.seq = entry.seq
    this.id = ordered.id
    this.timestamp = ordered.timestamp
    this.level = ordered.header ? 'causal' : 'sequential'
    this.lamport = ordered.lamport
    this.dependencies = ordered.header?.dependencies ?? []
    this.published = entry.published
    this.fault = shape.fault
    this.#entry = entry
    this.#contentAt = shape.contentAt
  }

  /** Bytes of the content. */
  get length(): number {
    return this.#entry.length - this.#contentAt
  }

  /** The content in verified pieces, in little memory. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async *stream(options: OperationOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    let skip = this.#contentAt
    for await (const piece of this.#entry.stream(options)) {
      if (skip < piece.length) yield piece.subarray(skip)
      skip = Math.max(0, skip - piece.length)
    }
  }

  /** The whole content in memory. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async bytes(options: OperationOptions = {}): Promise<Uint8Array> {
    return (await this.#entry.bytes(options)).subarray(this.#contentAt)
  }

  /** The content as UTF-8 text. @throws as {@link bytes}; TypeError where it is no UTF-8 */
  async text(options: OperationOptions = {}): Promise<string> {
    return new TextDecoder('utf-8', { fatal: true }).decode(await this.bytes(options))
  }
}
