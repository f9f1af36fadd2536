import {
  type CallOptions,
  type Chunk,
  CorruptError,
  chunkPayload,
  type FeedFinding,
  type FeedUpdate,
  feedTopic,
  feedUpdateId,
  type HeadFeed,
  InvalidArgumentError,
  type LogHash,
  type LogKey,
  logHash,
  NotFoundError,
  parseAddress,
  ReadOnlyError,
  type Reference,
  RefusedError,
  type RemoteLogError,
  RewrittenError,
  throwIfAborted,
} from '@remote-log/core'
import {
  decodeFeedRecord,
  encodeFeedRecord,
  type FeedRecord,
  type FeedRecords,
  type Written,
} from './feed-record.ts'
import { type Found, newestIndex } from './newest-index.ts'
import {
  encodeSingleOwnerChunk,
  parseSignature,
  type SingleOwnerChunk,
  singleOwnerDigest,
  verifySingleOwnerChunk,
} from './single-owner-chunk.ts'
import { isPassing, type SingleOwnerStore } from './single-owner-node.ts'

/** Signs for the owner of a log: any signer of ethers. */
export interface FeedSigner {
  getAddress(): Promise<string>
  /** Signs bytes as an EIP-191 message; `0x` hex of 65 bytes. */
  signMessage(message: Uint8Array): Promise<string>
}

export interface SwarmFeedParts {
  /** Through which updates are written: the first that does not refuse the postage batch as unknown. */
  readonly writers: readonly SingleOwnerStore[]
  /** Through which updates of others are looked for, one after the other in turn. */
  readonly readers: readonly SingleOwnerStore[]
  readonly records: FeedRecords
  readonly signer?: FeedSigner | undefined
  /** Whether this device may write before there is any head: only where no other device has the key. */
  readonly beginsLog: boolean
}

/** Lengths of a payload that Bee may take for a reference with a time (feeds of version 1). */
const AMBIGUOUS_BYTES: readonly number[] = [40, 72]

/**
 * A {@link HeadFeed} of Swarm's sequence feeds, one for each anchored head. An update is a single-owner chunk that wraps
 * the head page, so the owner's signature over the wrapped chunk's address is one over the head.
 */
export class SwarmFeed implements HeadFeed {
  readonly #parts: SwarmFeedParts
  /** The newest updates seen, so that a look for the next one asks for that alone. */
  readonly #newest = new Map<string, Found<Chunk>>()
  readonly #records = new Map<LogHash, FeedRecord>()
  #turn = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: SwarmFeedParts) {
    this.#parts = parts
  }

  async newest(log: LogKey, base: Reference | undefined, { signal }: CallOptions = {}): Promise<FeedFinding> {
    throwIfAborted(signal, 'feed')
    const topic = feedTopic(log, base)
    const look = new Look(log.owner, topic, this.#parts.readers, this.#turn++, signal)
    const seen = (await this.#load(log)).seen
    const remembered = seen && seen.base === base ? seen : undefined
    const known = this.#newest.get(topic) ?? (remembered && (await look.known(remembered.index)))
    const found = await newestIndex(known, index => look.at(index))
    if (!found) return { update: undefined, trouble: look.trouble }
    const trouble = equivocation(remembered, found) ?? look.trouble
    this.#newest.set(topic, found)
    const head = found.value.reference
    if (remembered?.index !== found.index || remembered.head !== head) {
      await this.#alone(async () => {
        const record = await this.#load(log)
        await this.#save(log, { ...record, seen: { base, index: found.index, head } })
      })
    }
    return { update: { base, index: found.index, chunk: found.value }, trouble }
  }

  async writes(log: LogKey, base: Reference | undefined): Promise<boolean> {
    return (await this.#writtenOn(log, base)) !== undefined
  }

  async last(log: LogKey, base: Reference | undefined): Promise<Reference | undefined> {
    return (await this.#writtenOn(log, base))?.last?.head
  }

  claim(log: LogKey, base: Reference): Promise<void> {
    return this.#alone(async () => {
      if (await this.#writtenOn(log, base)) return
      await this.#saveWritten(log, { base, next: 0 })
    })
  }

  announce(
    log: LogKey,
    base: Reference | undefined,
    head: Chunk,
    { signal }: CallOptions = {},
  ): Promise<FeedUpdate> {
    return this.#alone(async () => {
      throwIfAborted(signal, 'announce')
      if (AMBIGUOUS_BYTES.includes(chunkPayload(head.bytes).length)) {
        throw new InvalidArgumentError('Bee takes an update of 40 or 72 bytes for a reference', {
          head: head.reference,
        })
      }
      const written = await this.#writtenOn(log, base)
      if (!written) throw notClaimed(base)
      // What may have been lost goes first, as it was: another content there would split the feed.
      const settled = await this.#settle(log, written, signal)
      if (settled.last?.head === head.reference) return { base, index: settled.next - 1, chunk: head }
      const index = settled.next
      const pending = await this.#sign(log, base, index, head)
      const begun: Written = { base, next: index + 1, last: { head: head.reference, pending } }
      await this.#saveWritten(log, begun)
      await this.#settle(log, begun, signal)
      return { base, index, chunk: head }
    })
  }

  /** Sends the last update again if the network may not have it. */
  async #settle(log: LogKey, written: Written, signal: AbortSignal | undefined): Promise<Written> {
    const { base, next, last } = written
    if (!last?.pending) return written
    const id = feedUpdateId(feedTopic(log, base), next - 1)
    await this.#put(verifySingleOwnerChunk(log.owner, id, last.pending), signal)
    const sent: Written = { base, next, last: { head: last.head } }
    await this.#saveWritten(log, sent)
    return sent
  }

  async #put(chunk: SingleOwnerChunk, signal: AbortSignal | undefined): Promise<void> {
    const { writers } = this.#parts
    for (const [i, writer] of writers.entries()) {
      try {
        return await writer.put(chunk, signal)
      } catch (error) {
        const elsewhere = error instanceof RefusedError && error.details.reason === 'batch-unknown'
        if (!elsewhere || i === writers.length - 1) throw error
      }
    }
  }

  async #sign(log: LogKey, base: Reference | undefined, index: number, head: Chunk): Promise<Uint8Array> {
    const { signer } = this.#parts
    const { owner } = log
    if (!signer) throw new ReadOnlyError('there is no signer: this only reads', { owner })
    const address = parseAddress(await signer.getAddress())
    if (address !== owner) {
      throw new ReadOnlyError(`the feed of ${owner} can't be written by ${address}`, {
        owner,
        signer: address,
      })
    }
    const id = feedUpdateId(feedTopic(log, base), index)
    const digest = singleOwnerDigest(id, head.reference)
    let signature: Uint8Array
    try {
      signature = parseSignature(await signer.signMessage(digest))
    } catch (error) {
      throw new RefusedError('the signer does not sign', { reason: 'signer failed' }, error)
    }
    const bytes = encodeSingleOwnerChunk({ owner, id, signature, wrapped: head })
    verifySingleOwnerChunk(owner, id, bytes)
    return bytes
  }

  async #writtenOn(log: LogKey, base: Reference | undefined): Promise<Written | undefined> {
    const { written } = await this.#load(log)
    const found = written.find(each => each.base === base)
    return found ?? (base === undefined && this.#parts.beginsLog ? { base, next: 0 } : undefined)
  }

  async #saveWritten(log: LogKey, written: Written): Promise<void> {
    const record = await this.#load(log)
    const others = record.written.filter(({ base }) => base !== written.base)
    await this.#save(log, { ...record, written: [...others, written] })
  }

  async #load(log: LogKey): Promise<FeedRecord> {
    const hash = logHash(log)
    const known = this.#records.get(hash)
    if (known) return known
    const record = decodeFeedRecord(await this.#parts.records.load(hash))
    this.#records.set(hash, record)
    return record
  }

  async #save(log: LogKey, record: FeedRecord): Promise<void> {
    const hash = logHash(log)
    await this.#parts.records.save(hash, encodeFeedRecord(record))
    this.#records.set(hash, record)
  }

  #alone<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => undefined)
    return result
  }
}

/** One look for the newest update: through one node, or the next where it does not answer or lies. */
class Look {
  trouble: RemoteLogError | undefined
  readonly #owner: LogKey['owner']
  readonly #topic: ReturnType<typeof feedTopic>
  readonly #nodes: readonly SingleOwnerStore[]
  readonly #signal: AbortSignal | undefined

  constructor(
    owner: LogKey['owner'],
    topic: ReturnType<typeof feedTopic>,
    readers: readonly SingleOwnerStore[],
    turn: number,
    signal: AbortSignal | undefined,
  ) {
    this.#owner = owner
    this.#topic = topic
    const first = turn % Math.max(1, readers.length)
    this.#nodes = [...readers.slice(first), ...readers.slice(0, first)]
    this.#signal = signal
  }

  /** The head page's chunk of update `index`; undefined where none could be had. @throws ABORTED */
  async at(index: number): Promise<Chunk | undefined> {
    const id = feedUpdateId(this.#topic, index)
    for (const node of this.#nodes) {
      try {
        return (await node.get(this.#owner, id, this.#signal)).wrapped
      } catch (error) {
        if (!isPassing(error)) throw error
        if (error instanceof NotFoundError) return undefined
        // A node that answers "can't be had" says so of what does not exist, too: only silence and lies are trouble.
        const answered = error.details.answered === true && error.details.absentHere === true
        if (!(this.trouble instanceof CorruptError) && !answered) this.trouble = error
        if (answered) return undefined
      }
    }
    return undefined
  }

  async known(index: number): Promise<Found<Chunk> | undefined> {
    const value = await this.at(index)
    return value && { index, value }
  }
}

function equivocation(
  remembered: { readonly index: number; readonly head: Reference } | undefined,
  { index, value }: Found<Chunk>,
): RewrittenError | undefined {
  if (!remembered || remembered.index !== index || remembered.head === value.reference) return undefined
  return new RewrittenError('the owner signed two heads at one place of the feed', {
    index,
    trustedHead: remembered.head,
    head: value.reference,
  })
}

function notClaimed(base: Reference | undefined): RefusedError {
  const what = base === undefined ? 'this log has no head yet' : 'another device anchored the head'
  return new RefusedError(`${what}: anchor once from this device, and it writes the feed`, {
    reason: 'feed-not-claimed',
    base,
  })
}
