import type { Clock } from '../clock.ts'
import { fromRecord, toRecord } from './json-record.ts'
import { metaKey, tagKey, tagsPrefix } from './record-keys.ts'
import type { Store, Write } from './store.ts'

/** Bee's upload session counters, in chunks, named as on the wire. */
export interface Tag {
  split: number
  seen: number
  stored: number
  sent: number
  synced: number
  readonly uid: number
  address: string
  /** RFC 3339. */
  readonly startedAt: string
}

export class TagBook {
  readonly #store: Store
  readonly #clock: Clock
  readonly #node: number
  readonly #tags = new Map<number, Tag>()
  #lastUid = 0

  private constructor(store: Store, clock: Clock, node: number) {
    this.#store = store
    this.#clock = clock
    this.#node = node
  }

  static async open(store: Store, clock: Clock, node: number): Promise<TagBook> {
    const book = new TagBook(store, clock, node)
    for await (const [, value] of store.entries(tagsPrefix(node))) {
      const tag = fromRecord<Tag>(value)
      book.#tags.set(tag.uid, tag)
    }
    const last = store.get(metaKey(`last uid ${node}`))
    book.#lastUid = last ? fromRecord<number>(last) : 0
    return book
  }

  get(uid: number): Tag | undefined {
    return this.#tags.get(uid)
  }

  all(): Tag[] {
    return [...this.#tags.values()].sort((a, b) => a.uid - b.uid)
  }

  async create(): Promise<Tag> {
    const tag: Tag = {
      split: 0,
      seen: 0,
      stored: 0,
      sent: 0,
      synced: 0,
      uid: ++this.#lastUid,
      address: '',
      startedAt: new Date(this.#clock.now()).toISOString(),
    }
    this.#tags.set(tag.uid, tag)
    await this.#store.write([
      ...this.writes(tag),
      { key: metaKey(`last uid ${this.#node}`), value: toRecord(this.#lastUid) },
    ])
    return tag
  }

  async delete(uid: number): Promise<void> {
    this.#tags.delete(uid)
    await this.#store.write([{ key: tagKey(this.#node, uid), value: undefined }])
  }

  /** The records that keep a tag's present counters; none once it was deleted. */
  writes(tag: Tag): Write[] {
    return this.#tags.has(tag.uid) ? [{ key: tagKey(this.#node, tag.uid), value: toRecord(tag) }] : []
  }
}
