import { copiesValues, type LocalDatabase } from './local-database.ts'
import { writeBatch } from './write-batch.ts'

/** A database over another one, which is opened and closed in a way of its own. */
export abstract class DatabaseOver<Level extends LocalDatabase> implements LocalDatabase {
  protected readonly level: Level

  constructor(level: Level) {
    this.level = level
  }

  get copiesValues(): boolean {
    return copiesValues(this.level)
  }

  abstract open(): Promise<void>

  close(): Promise<void> {
    return this.level.close()
  }

  get(...args: Parameters<LocalDatabase['get']>): Promise<Uint8Array | undefined> {
    return this.level.get(...args)
  }

  batch(...[changes, options]: Parameters<LocalDatabase['batch']>): Promise<void> {
    return writeBatch(this.level, changes, options.sync === true)
  }

  iterator(...args: Parameters<LocalDatabase['iterator']>): ReturnType<LocalDatabase['iterator']> {
    return this.level.iterator(...args)
  }

  clear(...args: Parameters<LocalDatabase['clear']>): Promise<void> {
    return this.level.clear(...args)
  }
}
