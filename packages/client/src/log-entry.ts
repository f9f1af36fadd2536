import { CHUNK_BYTES, type Content, type Entry, type MessageId, throwIfAborted } from '@remote-log/core'
import { type ChunkSource, streamPayload } from './payload.ts'
import type { OperationOptions } from './progress.ts'

/** Opens the way to the chunks of an entry's payload. */
export type OpenSource = (options: OperationOptions) => ChunkSource

/** One entry, verified up to the head it was read under. */
export class LogEntry {
  /** Its place, from 0. Provisional while `published` is false. */
  readonly seq: number
  /** Unix time in milliseconds, as its author stated it. */
  readonly timestamp: number
  /** The message's own id (H1 of the RFC): SHA-256 of the payload unless its author gave another. */
  readonly id: MessageId
  /** Running maximum of timestamps up to this entry, Unix ms; undefined while it is only on this device. */
  readonly time: number | undefined
  readonly content: Content
  /** False: only on this device so far. */
  readonly published: boolean
  /** Whether the chain has it. False: only here, or in the feed: shown, not to be relied on. */
  readonly anchored: boolean
  readonly #open: OpenSource

  constructor(
    entry: Entry,
    time: number | undefined,
    published: boolean,
    open: OpenSource,
    anchored = published,
  ) {
    this.seq = entry.seq
    this.timestamp = entry.timestamp
    this.id = entry.id
    this.time = time
    this.content = detached(entry.content)
    this.published = published
    this.anchored = anchored
    this.#open = open
  }

  /** Bytes of the payload. */
  get length(): number {
    return this.content.kind === 'embedded' ? this.content.data.length : this.content.length
  }

  /** Whether the payload is on this device, at least its root: then it takes no network. @throws LOCAL_DAMAGED, UNAVAILABLE */
  async isHere(): Promise<boolean> {
    if (this.content.kind === 'embedded') return true
    return (await this.#open({}).isHere?.(this.content.reference)) ?? false
  }

  /** The payload in verified pieces, in little memory. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async *stream(options: OperationOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    let done = 0
    for await (const piece of streamPayload(this.#open(options), this.content)) {
      done += piece.length
      options.onProgress?.({ phase: 'payload', done, total: this.length })
      yield piece
    }
  }

  /** The payload's first bytes, at most 4,096. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async start(options: OperationOptions = {}): Promise<Uint8Array> {
    if (this.content.kind === 'embedded') return this.content.data
    for await (const piece of streamPayload(this.#open(options), this.content, CHUNK_BYTES)) return piece
    return new Uint8Array()
  }

  /** The whole payload in memory. @throws NOT_FOUND, UNAVAILABLE, CORRUPT, ABORTED */
  async bytes(options: OperationOptions = {}): Promise<Uint8Array> {
    throwIfAborted(options.signal, 'reading a payload')
    if (this.content.kind === 'embedded') return this.content.data
    const whole = new Uint8Array(this.length)
    let at = 0
    for await (const piece of this.stream(options)) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }

  /** The payload as UTF-8 text. @throws as {@link bytes}; TypeError where it is no UTF-8 */
  async text(options: OperationOptions = {}): Promise<string> {
    return new TextDecoder('utf-8', { fatal: true }).decode(await this.bytes(options))
  }
}

/** Embedded bytes of their own: the consumer may change them, and they don't keep their page in memory. */
function detached(content: Content): Content {
  return content.kind === 'embedded' ? { kind: 'embedded', data: new Uint8Array(content.data) } : content
}
