// What storage.test.ts runs inside a browser.
import {
  type AtRisk,
  BrowserDatabase,
  type BrowserDatabaseOptions,
  type BrowserStorage,
  browserStorage,
  connect,
  type LocalDatabase,
  type RemoteLog,
  signerOf,
} from '@remote-log/client'
import { RemoteLogError } from '@remote-log/core'
import { BrowserLevel } from 'browser-level'

/** Where the log is, and where it is kept here. */
export interface Place {
  readonly log: string
  readonly bee: string
  readonly rpc: string
  readonly batch: string
  readonly privateKey: string
  readonly location: string
}

/** What came of a call: pages hand over no errors. */
export type Outcome<T> = { readonly value: T } | { readonly code: string; readonly message: string }

let log: RemoteLog
/** Durability of each writing transaction so far. */
const durabilities: string[] = []

async function told<T>(task: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await task() }
  } catch (error) {
    if (error instanceof RemoteLogError) return { code: error.code, message: error.message }
    throw error
  }
}

export function open(place: Place, options: BrowserDatabaseOptions = {}): Promise<Outcome<string[]>> {
  return told(async () => {
    const { location, privateKey, ...where } = place
    const local = new BrowserDatabase(new BrowserLevel<string, Uint8Array>(location), options)
    log = await connect({ ...where, signer: signerOf(privateKey), local })
    return log.status().unsent > 0 ? texts() : []
  })
}

export async function texts(): Promise<string[]> {
  const found: string[] = []
  for await (const entry of log.read()) found.push(await entry.text())
  return found
}

export function close(): Promise<Outcome<void>> {
  return told(() => log.close())
}

export async function append(texts: readonly string[]): Promise<number[]> {
  const appended = await log.appendMany(texts.map(payload => ({ payload })))
  return appended.map(({ seq }) => seq)
}

/** Never ends; `acknowledged` is called after each append. */
export async function appendForever(acknowledged: (count: number) => Promise<void>): Promise<never> {
  for (let i = 0; ; i++) {
    await log.append(`entry ${i}`)
    await acknowledged(i + 1)
  }
}

/** Bytes of the buffer that comes back for a value of 10 bytes in a buffer of 1,000, which is written by a BrowserLevel alone, and by ours. */
export async function keptBuffers(): Promise<{ alone: number; ours: number }> {
  const encoding = { keyEncoding: 'utf8', valueEncoding: 'view' } as const
  const kept = async (database: LocalDatabase) => {
    await database.open()
    const value = new Uint8Array(1000).subarray(20, 30)
    await database.batch([{ type: 'put', key: 'key', value }], encoding)
    const bytes = await database.get('key', encoding)
    await database.close()
    return bytes!.buffer.byteLength
  }
  const level = () => new BrowserLevel<string, Uint8Array>('kept buffers')
  return { alone: await kept(level()), ours: await kept(new BrowserDatabase(level())) }
}

export async function publish(): Promise<number> {
  return (await log.publish()).published
}

export async function sync(): Promise<boolean> {
  return (await log.sync()).complete
}

export function atRisk(): Promise<AtRisk | undefined> {
  return log.atRisk()
}

export function storage(request: boolean): Promise<BrowserStorage> {
  return browserStorage({ request })
}

/** From now on each writing transaction is looked at. */
export function watchTransactions(): void {
  const { transaction } = IDBDatabase.prototype
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...args) {
    const begun = Reflect.apply(transaction, this, args) as IDBTransaction
    if (begun.mode === 'readwrite') durabilities.push(begun.durability)
    return begun
  }
}

export function seenDurabilities(): string[] {
  return durabilities
}

/** Whether this page's origin has no database any more. */
export async function isEmpty(): Promise<boolean> {
  return (await indexedDB.databases()).length === 0
}
