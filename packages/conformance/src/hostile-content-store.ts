import {
  type CallOptions,
  type ContentStore,
  NotFoundError,
  type Reference,
  UnavailableError,
  type Upload,
} from '@remote-log/core'
import { silence } from './silence.ts'

/**
 * How a hostile store answers `get`. The first four break the promise of `ContentStore` that bytes are verified: they
 * show whether a client would notice.
 */
export type StoreAttack =
  | 'wrong bytes'
  | 'short bytes'
  | 'no bytes'
  | 'another chunk'
  | 'absent'
  | 'unavailable'
  | 'silent'

/** Every attack, for tests that go through all of them. */
export const STORE_ATTACKS: readonly StoreAttack[] = [
  'wrong bytes',
  'short bytes',
  'no bytes',
  'another chunk',
  'absent',
  'unavailable',
  'silent',
]

export interface HostileContentStoreOptions {
  readonly attack: StoreAttack
  /** Which reads are attacked; the others, and all uploads, are those of the honest store. Default: all. */
  readonly victims?: (reference: Reference) => boolean
  /** What `another chunk` gives instead. Default: the chunk that was read just before, or wrong bytes. */
  readonly instead?: Reference
}

/** A content store that lies, truncates, stalls or denies; it stands before an honest one. */
export class HostileContentStore implements ContentStore {
  /** How many reads were attacked. */
  attacked = 0
  readonly #honest: ContentStore
  readonly #options: HostileContentStoreOptions
  #previous: Reference | undefined

  constructor(honest: ContentStore, options: HostileContentStoreOptions) {
    this.#honest = honest
    this.#options = options
  }

  async get(reference: Reference, options: CallOptions = {}): Promise<Uint8Array> {
    const { attack, victims = () => true, instead = this.#previous } = this.#options
    if (!victims(reference)) {
      this.#previous = reference
      return this.#honest.get(reference, options)
    }
    this.attacked++
    if (attack === 'silent') return silence('get', options.signal)
    if (attack === 'absent') throw new NotFoundError(`chunk ${reference} is denied`, { reference })
    if (attack === 'unavailable') throw new UnavailableError(`chunk ${reference} is withheld`, { reference })
    if (attack === 'no bytes') return new Uint8Array(0)
    if (attack === 'another chunk' && instead !== undefined && instead !== reference) {
      return this.#honest.get(instead, options)
    }
    const bytes = await this.#honest.get(reference, options)
    if (attack === 'short bytes') return bytes.subarray(0, bytes.length - 1)
    return bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
  }

  beginUpload(options?: CallOptions & { readonly resume?: string | undefined }): Promise<Upload> {
    return this.#honest.beginUpload(options)
  }
}
