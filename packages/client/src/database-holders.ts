import type { LocalDatabase } from './local-database.ts'

/** Who has each database object open: logs by their hashes, and the list of contacts. */
const holders = new WeakMap<LocalDatabase, Set<string>>()

/** Notes that a database is used under a name. False where it is already: two would number their entries alike. */
export function hold(database: LocalDatabase, name: string): boolean {
  const names = holders.get(database) ?? new Set()
  if (names.has(name)) return false
  holders.set(database, names.add(name))
  return true
}

/** Takes the note back. Says whether nobody is left, so that the database may be closed. */
export function letGo(database: LocalDatabase, name: string): boolean {
  const names = holders.get(database)
  names?.delete(name)
  return !names || names.size === 0
}
