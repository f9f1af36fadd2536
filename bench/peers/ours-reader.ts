import { connect, type RemoteLog } from '@remote-log/client'
import type { LogId } from '@remote-log/core'
import { ClassicLevel } from 'classic-level'
import { serve } from '../process/serve.ts'
import { type HeapPeak, samplingHeap } from './heap-sampler.ts'
import { payload, timed, timestamp } from './workload.ts'

/** A log and the way to it. */
export interface Source {
  readonly id: LogId
  readonly beeUrl: string
  readonly rpcUrl: string
}

/** How long the work took, and the sequential rounds that the client says it needed. */
export interface Reading {
  readonly ms: number
  readonly rounds: number
}

/** The reading peer of the project. Every operation measures from an open local database and no connection. */
const operations = {
  /**
   * Connects and syncs until all entries up to `entries` are verified and on disk, cold or after an earlier sync into
   * the same folder. The last entry's bytes are compared after the clock stopped.
   */
  async sync(folder: string, source: Source, entries: number): Promise<Reading> {
    const local = await openLocal(folder)
    const { ms, value } = await timed(async () => {
      const log = await connect({ log: source.id, bee: source.beeUrl, rpc: source.rpcUrl, local })
      return { log, statement: await log.sync() }
    })
    const { log, statement } = value
    if (!statement.complete || statement.entries !== entries) {
      throw new Error(`synced ${statement.entries} of ${entries} entries`)
    }
    await check(log, entries - 1)
    await log.close()
    return { ms, rounds: statement.stats.rounds }
  },

  /** Connects and reads entry `seq` with nothing on this device. */
  async timeEntry(source: Source, seq: number): Promise<number> {
    return timeOne(source, seq, log => log.entry(seq))
  },

  /** Connects and reads the first entry of or after the moment of entry `seq`, half an interval before it. */
  async timeAt(source: Source, seq: number): Promise<number> {
    return timeOne(source, seq, log => log.at(timestamp(seq) - 30_000))
  },

  /** Memory while all entries are fetched and read through, payloads included. */
  async heapOfReading(folder: string, source: Source, entries: number): Promise<HeapPeak> {
    const local = await openLocal(folder)
    return samplingHeap(async () => {
      const log = await connect({ log: source.id, bee: source.beeUrl, rpc: source.rpcUrl, local })
      await log.sync()
      let seq = 0
      for await (const entry of log.read()) {
        if (Buffer.compare(await entry.bytes(), payload(seq)) !== 0)
          throw new Error(`entry ${seq} is another`)
        seq++
      }
      if (seq !== entries) throw new Error(`read ${seq} of ${entries} entries`)
      await log.close()
    })
  },
}

export type OursReaderOperations = typeof operations

async function openLocal(folder: string): Promise<ClassicLevel<string, Uint8Array>> {
  const local = new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' })
  await local.open()
  return local
}

async function timeOne(
  source: Source,
  seq: number,
  read: (log: RemoteLog) => Promise<{ bytes(): Promise<Uint8Array> } | undefined>,
): Promise<number> {
  const { ms, value } = await timed(async () => {
    const log = await connect({ log: source.id, bee: source.beeUrl, rpc: source.rpcUrl })
    return { log, bytes: await (await read(log))?.bytes() }
  })
  if (value.bytes === undefined || Buffer.compare(value.bytes, payload(seq)) !== 0) {
    throw new Error(`entry ${seq} came as another`)
  }
  await value.log.close()
  return ms
}

async function check(log: RemoteLog, seq: number): Promise<void> {
  const entry = await log.entry(seq)
  if (Buffer.compare(await entry.bytes(), payload(seq)) !== 0) throw new Error(`entry ${seq} came as another`)
}

serve(operations)
