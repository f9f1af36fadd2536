import { join } from 'node:path'
import { connect, type RemoteLog } from '@remote-log/client'
import { type LogId, parseAddress, topicOf } from '@remote-log/core'
import { ClassicLevel } from 'classic-level'
import { serve } from '../process/serve.ts'
import type { Network } from './devnet.ts'
import { payload, timed, timestamp } from './workload.ts'

const BATCH = 1000

const logs = new Map<string, { log: RemoteLog; next: number }>()

/** The writing peer of the project: the client as applications use it, its local log in ClassicLevel on disk. */
const operations = {
  /** Opens the log named `name` for writing. Its folder must be new. */
  async open(folder: string, network: Network, name: string): Promise<LogId> {
    const log = await openLog(join(folder, name), network, name)
    logs.set(name, { log, next: 0 })
    return log.id
  },

  /** Appends so many entries and publishes once. Resolves to the chunks that this wrote. */
  async publish(name: string, entries: number): Promise<number> {
    const writer = logs.get(name)!
    await appendInBatches(writer.log, writer.next, entries)
    writer.next += entries
    return (await writer.log.publish()).chunks
  },

  async close(name: string): Promise<void> {
    await logs.get(name)!.log.close()
    logs.delete(name)
  },

  /** Entries a second, appended one by one and each awaited: durable with the operating system. */
  async timeAppendOneByOne(folder: string, network: Network, entries: number): Promise<number> {
    return timeAppends(folder, network, entries, async log => {
      const payloads = Array.from({ length: entries }, (_, seq) => payload(seq))
      return timed(async () => {
        for (const [seq, bytes] of payloads.entries()) await log.append(bytes, { timestamp: timestamp(seq) })
      })
    })
  },

  /** Entries a second in batches of 1,000, each one durable write. */
  async timeAppendBatches(folder: string, network: Network, entries: number): Promise<number> {
    return timeAppends(folder, network, entries, log => {
      const items = Array.from({ length: entries }, (_, seq) => item(seq))
      return timed(async () => {
        for (let at = 0; at < entries; at += BATCH) await log.appendMany(items.slice(at, at + BATCH))
      })
    })
  },
}

export type OursWriterOperations = typeof operations

function item(seq: number): { payload: Uint8Array; timestamp: number } {
  return { payload: payload(seq), timestamp: timestamp(seq) }
}

async function openLog(folder: string, network: Network, name: string): Promise<RemoteLog> {
  return connect({ folder, network, name } as never)
}

async function appendInBatches(log: RemoteLog, from: number, entries: number): Promise<void> {
  for (let at = from; at < from + entries; at += BATCH) {
    const count = Math.min(BATCH, from + entries - at)
    await log.appendMany(Array.from({ length: count }, (_, i) => item(at + i)))
  }
}

async function timeAppends(
  folder: string,
  network: Network,
  entries: number,
  append: (log: RemoteLog) => Promise<{ ms: number }>,
): Promise<number> {
  const log = await openLog(folder, network, folder)
  const { ms } = await append(log)
  await log.close()
  return (entries / ms) * 1000
}

serve(operations)
