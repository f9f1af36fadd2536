import {
  type BlockRef,
  type Lane,
  LocalDamagedError,
  type LogHash,
  parseAddress,
  parseReference,
  parseTopic,
} from '@remote-log/core'
import { LOCAL_ENCODING, type LocalDatabase } from '../local-database.ts'
import { localFailure } from '../local-failure.ts'
import { openRecord, sealRecord } from '../record.ts'

/** A lane as this device knows it. */
export interface KnownLane extends Lane {
  /** Entries at the cut-off of a removed lane, where its head page was read and found to be of the lane. */
  readonly cut?: number | undefined
}

/** A list as of a block. */
export interface KnownLanes {
  readonly block: BlockRef
  readonly lanes: readonly KnownLane[]
}

/** What this device knows of one list, in its local database as `lanes/<hash of owner and group>`. */
export class LanesRecord {
  readonly #db: LocalDatabase
  readonly #list: LogHash

  constructor(db: LocalDatabase, list: LogHash) {
    this.#db = db
    this.#list = list
  }

  get name(): string {
    return `lanes/${this.#list}`
  }

  /** @throws LOCAL_DAMAGED, UNAVAILABLE */
  async get(): Promise<KnownLanes | undefined> {
    const bytes = await this.#reach('read', () => this.#db.get(this.name, LOCAL_ENCODING))
    return bytes && decodeLanes(openRecord(this.name, new Uint8Array(bytes)), this.name)
  }

  /** On disk (fsync) when it resolves: what was revoked once is not shown after a crash. @throws UNAVAILABLE */
  async put(lanes: KnownLanes): Promise<void> {
    const value = sealRecord(this.name, new TextEncoder().encode(JSON.stringify({ version: 1, ...lanes })))
    const change = { type: 'put' as const, key: this.name, value }
    await this.#reach('written', () => this.#db.batch([change], { ...LOCAL_ENCODING, sync: true }))
  }

  /** @throws UNAVAILABLE */
  async delete(): Promise<void> {
    const change = { type: 'del' as const, key: this.name }
    await this.#reach('written', () => this.#db.batch([change], { ...LOCAL_ENCODING, sync: true }))
  }

  async #reach<R>(did: string, task: () => Promise<R>): Promise<R> {
    try {
      return await task()
    } catch (cause) {
      throw localFailure(cause, did, this.#list)
    }
  }
}

function decodeLanes(bytes: Uint8Array, record: string): KnownLanes {
  try {
    const stored = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as KnownLanes
    const reference = (text: string | undefined) => (text === undefined ? undefined : parseReference(text))
    const lanes = stored.lanes.map(({ log, listed, cutOff, head, revision, cut }) => ({
      log: { owner: parseAddress(log.owner), topic: parseTopic(log.topic) },
      listed,
      cutOff: reference(cutOff),
      head: reference(head),
      revision,
      cut,
    }))
    return { block: stored.block, lanes }
  } catch (cause) {
    throw new LocalDamagedError(`the record ${record}, a list of lanes, is damaged`, { record }, cause)
  }
}
