import { LockedError, UnavailableError } from '@remote-log/core'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { ReadCache } from './read-cache.ts'

/** A write: `value: undefined` deletes the key. */
export interface Write {
  readonly key: Buffer
  readonly value: Uint8Array | undefined
}

/** The methods that both kinds share. */
type Database = MemoryLevel<Buffer, Uint8Array>

const ENCODING = { keyEncoding: 'buffer', valueEncoding: 'view' } as const

/** Of a folder: about 60 MB of chunks are read from memory the second time, as a Bee's page cache does it. */
const CACHE_BYTES = 64 << 20

/**
 * A LevelDB folder (or memory) with grouped writes: what is asked for while a batch is being written goes into the next
 * one. A resolved write is with the operating system: it survives the death of this process. Reads see writes that
 * are still on their way.
 */
export class Store {
  readonly #database: Database
  readonly #unwritten = new Map<string, Uint8Array | undefined>()
  readonly #cache: ReadCache
  #queue: { writes: readonly Write[]; resolve: () => void; reject: (cause: unknown) => void }[] = []
  #writing: Promise<void> | undefined

  private constructor(database: Database, cacheBytes: number) {
    this.#database = database
    this.#cache = new ReadCache(cacheBytes)
  }

  /** @param folder where LevelDB keeps its files; memory without it. @throws LOCKED, UNAVAILABLE */
  static async open(folder: string | undefined): Promise<Store> {
    if (folder === undefined) {
      const memory = new MemoryLevel<Buffer, Uint8Array>({ ...ENCODING, storeEncoding: 'buffer' })
      await memory.open()
      return new Store(memory, 0)
    }
    // Chunks are mostly hashes and noise: compressing them costs time and saves nothing.
    const options = { ...ENCODING, compression: false, cacheSize: 32 << 20, writeBufferSize: 16 << 20 }
    const disk = new ClassicLevel<Buffer, Uint8Array>(folder, options)
    try {
      await disk.open()
    } catch (cause) {
      if (isLocked(cause)) {
        throw new LockedError(`${folder} is in use by another development node`, { folder }, cause)
      }
      throw new UnavailableError(`can't open the store in ${folder}`, { folder }, cause)
    }
    return new Store(disk, CACHE_BYTES)
  }

  /** Not to be written into: others get the same bytes. */
  get(key: Buffer): Uint8Array | undefined {
    const name = key.toString('latin1')
    if (this.#unwritten.size > 0 && this.#unwritten.has(name)) return this.#unwritten.get(name)
    const cached = this.#cache.get(name)
    if (cached) return cached
    const value = this.#database.getSync(key)
    if (value) this.#cache.add(name, value)
    return value
  }

  /** Keys and values that begin with `prefix`, in order, as they were written when the iteration began. */
  async *entries(prefix: Buffer): AsyncIterable<readonly [key: Buffer, value: Uint8Array]> {
    await this.#writing
    const end = Buffer.concat([prefix, Buffer.alloc(80, 0xff)])
    yield* this.#database.iterator({ gte: prefix, lt: end })
  }

  /** Resolves when the writes, all or none, are with the operating system. */
  write(writes: readonly Write[]): Promise<void> {
    for (const { key, value } of writes) {
      const name = key.toString('latin1')
      this.#unwritten.set(name, value)
      this.#cache.delete(name)
    }
    const written = new Promise<void>((resolve, reject) => this.#queue.push({ writes, resolve, reject }))
    this.#writing ??= this.#drain()
    return written
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#database.close()
  }

  async #drain(): Promise<void> {
    // Lets the requests of one turn of the event loop share a batch.
    await new Promise(setImmediate)
    while (this.#queue.length > 0) {
      const group = this.#queue
      this.#queue = []
      const writes = group.flatMap(item => item.writes)
      try {
        await this.#database.batch(
          writes.map(({ key, value }) =>
            value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const),
          ),
        )
        for (const item of group) item.resolve()
      } catch (cause) {
        for (const item of group) item.reject(new UnavailableError("can't write to the store", {}, cause))
      }
      for (const { key, value } of writes) {
        const name = key.toString('latin1')
        if (this.#unwritten.get(name) === value) this.#unwritten.delete(name)
      }
    }
    this.#writing = undefined
  }
}

function isLocked(cause: unknown): boolean {
  const code = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return typeof code === 'object' && code !== null && 'code' in code && code.code === 'LEVEL_LOCKED'
}
