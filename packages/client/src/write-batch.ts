import {
  isClassicLevel,
  LOCAL_ENCODING,
  type LocalChange,
  type LocalDatabase,
  type LocalEncoding,
} from './local-database.ts'

/** A batch of `abstract-level` that takes its changes one by one. */
interface ChainedBatch {
  put(key: string, value: Uint8Array, options: LocalEncoding): unknown
  del(key: string, options: Pick<LocalEncoding, 'keyEncoding'>): unknown
  write(options: { readonly sync: boolean }): Promise<void>
  close(): Promise<void>
}

/** Changes from which on a chained batch costs ClassicLevel less than an array: of pages, less than half. */
const FEWEST_CHAINED = 8

/** Writes all changes or none. With `sync` they are on disk (fsync) when it resolves, where the database can do that. */
export async function writeBatch(
  database: LocalDatabase,
  changes: LocalChange[],
  sync: boolean,
): Promise<void> {
  if (changes.length < FEWEST_CHAINED || !isClassicLevel(database)) {
    return database.batch(changes, { ...LOCAL_ENCODING, sync })
  }
  const batch = (database as unknown as { batch(): ChainedBatch }).batch()
  try {
    for (const change of changes) {
      if (change.type === 'put') batch.put(change.key, change.value, LOCAL_ENCODING)
      else batch.del(change.key, { keyEncoding: LOCAL_ENCODING.keyEncoding })
    }
  } catch (error) {
    await batch.close()
    throw error
  }
  await batch.write({ sync })
}
