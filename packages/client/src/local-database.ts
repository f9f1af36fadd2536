/** How keys and values are handed over: keys as UTF-8 strings, values as bytes. */
export interface LocalEncoding {
  readonly keyEncoding: 'utf8'
  readonly valueEncoding: 'view'
}

/** One change of an atomic batch. */
export type LocalChange =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string }

/** Keys from `gte` to before `lt`, in byte order. */
export interface LocalRange {
  readonly gte: string
  readonly lt: string
  readonly limit?: number
  readonly reverse?: boolean
}

/**
 * Pairs in key order; `close` where it is not read to its end. LevelDB and memory give them as they were when the iterator
 * was made, IndexedDB as they are when they are reached.
 */
export interface LocalIterator extends AsyncIterable<[string, Uint8Array]> {
  close(): Promise<void>
}

/**
 * What is needed of an ordered key-value database: the part of `abstract-level` that is used here. ClassicLevel (Node) and
 * MemoryLevel satisfy it as they are, BrowserLevel (browsers) in a {@link BrowserDatabase}. One process, or one tab, has it
 * open at a time.
 */
export interface LocalDatabase {
  /**
   * Whether a value's bytes are copied before `batch` resolves, as LevelDB and IndexedDB do, so that they may change after
   * that. Where it is left out, they are left alone; ClassicLevel is known by itself.
   */
  readonly copiesValues?: boolean | undefined
  open(): Promise<void>
  close(): Promise<void>
  get(key: string, options: LocalEncoding): Promise<Uint8Array | undefined>
  batch(changes: LocalChange[], options: LocalEncoding & { readonly sync?: boolean }): Promise<void>
  iterator(options: LocalEncoding & LocalRange): LocalIterator
  clear(options: { readonly keyEncoding: 'utf8' } & LocalRange): Promise<void>
}

/**
 * What a ClassicLevel (LevelDB) that keeps logs is best made with. Pages are mostly what does not compress, and with
 * LevelDB's own write buffer of 4 MiB a long sync would write most of them twice more while it runs.
 */
export const CLASSIC_LEVEL_OPTIONS = {
  keyEncoding: 'utf8',
  valueEncoding: 'view',
  compression: false,
  writeBufferSize: 32 << 20,
} as const

/** Whether this is a ClassicLevel, which alone has `compactRange`. */
export function isClassicLevel(database: LocalDatabase): boolean {
  return 'compactRange' in database
}

/** Whether the bytes of a written value may change. */
export function copiesValues(database: LocalDatabase): boolean {
  return database.copiesValues ?? isClassicLevel(database)
}

/** The encoding that every call of this package passes. */
export const LOCAL_ENCODING: LocalEncoding = { keyEncoding: 'utf8', valueEncoding: 'view' }
