import { CLASSIC_LEVEL_OPTIONS, type Costs, connect, RemoteLog } from '@remote-log/client'
import type { LogId, NameSystem, Reference } from '@remote-log/core'
import { RegistryNameSystem } from '@remote-log/ethereum'
import { SwarmStore } from '@remote-log/swarm'
import { ClassicLevel } from 'classic-level'
import { serve } from '../process/serve.ts'
import { DepthStore } from './depth-store.ts'
import { type HeapPeak, samplingHeap } from './heap-sampler.ts'
import { ENTRY_INTERVAL, payload, timed, timestamp } from './workload.ts'

/** A log and the way to it. */
export interface Source {
  readonly id: LogId
  readonly beeUrl: string
  readonly rpcUrl: string
}

/** How sealed pages come: each by its own request, or long stretches by range requests (the client's default). */
export type Way = 'by chunks' | 'by ranges'

/** The reading peer of the project. Every operation measures from an open local database and no connection. */
const operations = {
  /**
   * Milliseconds until all `entries` entries are verified and on disk, cold or after an earlier sync into the same
   * folder. The last entry's bytes are compared after the clock stopped.
   */
  async sync(folder: string, source: Source, entries: number, way: Way): Promise<number> {
    const local = await openLocal(folder)
    const { ms, value } = await timed(async () => {
      const log = await open(source, way, local)
      return { log, statement: await log.sync() }
    })
    demandComplete(value.statement, entries)
    await demandEntry(await value.log.entry(entries - 1), entries - 1)
    await value.log.close()
    return ms
  },

  /** Requests in the longest chain of a cold sync chunk by chunk that depend on each other, the chain's first. */
  async depthOfSync(folder: string, source: Source, entries: number): Promise<number> {
    const store = new DepthStore(new SwarmStore({ url: source.beeUrl }))
    const names = namesOf(source)
    const log = await RemoteLog.open({
      id: source.id,
      store,
      names,
      local: await openLocal(folder),
      ranges: false,
    })
    const statement = await log.sync()
    demandComplete(statement, entries)
    await log.close()
    return store.depth(statement.head!)
  },

  /** What a cold sync into memory costs. */
  async costs(source: Source): Promise<Costs> {
    const log = await open(source, 'by ranges')
    const { costs } = await log.sync()
    await log.close()
    return costs
  },

  /** Asks the chain for the head, nothing else. */
  async head(source: Source): Promise<Reference | undefined> {
    return (await namesOf(source).head(source.id)).head
  },

  /** Milliseconds to read entry `seq` with nothing on this device. */
  async timeEntry(source: Source, seq: number): Promise<number> {
    return timeOne(source, seq, log => log.entry(seq))
  },

  /** Milliseconds to read the first entry since a moment, which is entry `seq`, with nothing on this device. */
  async timeAt(source: Source, seq: number): Promise<number> {
    return timeOne(source, seq, log => log.at(timestamp(seq) - ENTRY_INTERVAL / 2))
  },

  /** Memory while all entries are fetched and then read through, each compared. */
  async heapOfReading(folder: string, source: Source, entries: number): Promise<HeapPeak> {
    const local = await openLocal(folder)
    return samplingHeap(async () => {
      const log = await open(source, 'by ranges', local)
      demandComplete(await log.sync(), entries)
      let seq = 0
      for await (const entry of log.read()) await demandEntry(entry, seq++)
      if (seq !== entries) throw new Error(`read ${seq} of ${entries} entries`)
      await log.close()
    })
  },

  /** Memory while a log that is here goes out as a bundle, and at the same time into another local database. */
  async heapOfBundle(folder: string, source: Source, entries: number): Promise<HeapPeak> {
    const [local, other] = [await openLocal(folder), await openLocal(`${folder}-imported`)]
    return samplingHeap(async () => {
      const log = await open(source, 'by ranges', local)
      const copy = await open(source, 'by ranges', other)
      const report = await copy.import(log.export(), { head: log.status().head })
      if (report.entries !== entries) throw new Error(`imported ${report.entries} of ${entries} entries`)
      await demandEntry(await copy.entry(entries - 1), entries - 1)
      await copy.close()
      await log.close()
    })
  },
}

export type OursReaderOperations = typeof operations

type Local = ClassicLevel<string, Uint8Array>

async function openLocal(folder: string): Promise<Local> {
  const local = new ClassicLevel<string, Uint8Array>(folder, CLASSIC_LEVEL_OPTIONS)
  await local.open()
  return local
}

function open({ id, beeUrl, rpcUrl }: Source, way: Way, local?: Local): Promise<RemoteLog> {
  return connect({ log: id, bee: beeUrl, rpc: rpcUrl, local, ranges: way === 'by ranges' })
}

function namesOf({ id, rpcUrl }: Source): NameSystem {
  return new RegistryNameSystem({ provider: rpcUrl, registry: id.registry, chainId: id.chainId })
}

interface Payload {
  bytes(): Promise<Uint8Array>
}

async function timeOne(
  source: Source,
  seq: number,
  read: (log: RemoteLog) => Promise<Payload | undefined>,
): Promise<number> {
  const { ms, value } = await timed(async () => {
    const log = await open(source, 'by chunks')
    return { log, entry: await read(log) }
  })
  await demandEntry(value.entry, seq)
  await value.log.close()
  return ms
}

async function demandEntry(entry: Payload | undefined, seq: number): Promise<void> {
  if (entry === undefined || Buffer.compare(await entry.bytes(), payload(seq)) !== 0) {
    throw new Error(`entry ${seq} came as another`)
  }
}

function demandComplete(statement: { complete: boolean; entries: number }, entries: number): void {
  if (statement.complete && statement.entries === entries) return
  throw new Error(`synced ${statement.entries} of ${entries} entries: ${JSON.stringify(statement)}`)
}

serve(operations)
