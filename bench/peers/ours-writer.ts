import { join } from 'node:path'
import { connect, type Durability, type RemoteLog, signerOf } from '@remote-log/client'
import { type LogId, topicOf } from '@remote-log/core'
import { ClassicLevel } from 'classic-level'
import { serve } from '../process/serve.ts'
import type { Network } from './devnet.ts'
import { samplingHeap } from './heap-sampler.ts'
import { payload, timed, timestamp } from './workload.ts'

const BATCH = 1000

const logs = new Map<string, { log: RemoteLog; next: number }>()

/** The writing peer of the project: the client as applications use it, its local log in ClassicLevel on disk. */
const operations = {
  /** Opens the log named `name` for writing, in a new folder below `folder`. */
  async open(folder: string, network: Network, name: string): Promise<LogId> {
    const log = await openLog(join(folder, `${name}-writer`), network, 'os')
    logs.set(name, { log, next: 0 })
    return log.id
  },

  /** Appends so many entries and publishes once. Resolves to the chunks that this wrote. */
  async publish(name: string, entries: number): Promise<number> {
    const writer = logs.get(name)!
    for (const end = writer.next + entries; writer.next < end; ) {
      const items = itemsFrom(writer.next, Math.min(BATCH, end - writer.next))
      await writer.log.appendMany(items)
      writer.next += items.length
    }
    return (await writer.log.publish()).chunks
  },

  /**
   * Entries a second in batches of 1,000 and one publish until the head stands, those of the publish alone, and the
   * heap used meanwhile, in bytes.
   * @param bulk pages by `POST /bytes`, otherwise by `POST /chunks`
   */
  async timePublish(
    folder: string,
    network: Network,
    entries: number,
    bulk: boolean,
  ): Promise<{ rate: number; publishRate: number; heap: number }> {
    const log = await openLog(folder, network, 'os', bulk)
    let [appending, publishing] = [0, 0]
    const { heap } = await samplingHeap(async () => {
      for (let at = 0; at < entries; at += BATCH) {
        const items = itemsFrom(at, Math.min(BATCH, entries - at))
        appending += (await timed(() => log.appendMany(items))).ms
      }
      publishing = (await timed(() => log.publish())).ms
    })
    await log.close()
    return {
      rate: (entries / (appending + publishing)) * 1000,
      publishRate: (entries / publishing) * 1000,
      heap,
    }
  },

  /** Entries a second, appended one by one and each awaited: with the operating system when `append` resolves. */
  async timeAppendOneByOne(folder: string, network: Network, entries: number): Promise<number> {
    return appendRate(await openLog(folder, network, 'os'), entries, async (log, items) => {
      for (const { payload, timestamp } of items) await log.append(payload, { timestamp })
    })
  },

  /** Entries a second in batches of 1,000, each one write. */
  async timeAppendBatches(folder: string, network: Network, entries: number): Promise<number> {
    return appendRate(await openLog(folder, network, 'os'), entries, async (log, items) => {
      for (let at = 0; at < entries; at += BATCH) await log.appendMany(items.slice(at, at + BATCH))
    })
  },

  /** Entries a second, `together` at a time, where each is on disk (fsync) when its `append` resolves. */
  async timeAppendToDisk(
    folder: string,
    network: Network,
    entries: number,
    together: number,
  ): Promise<number> {
    return appendRate(await openLog(folder, network, 'disk'), entries, async (log, items) => {
      const waiting = items.values()
      const oneAfterTheOther = async () => {
        for (const { payload, timestamp } of waiting) await log.append(payload, { timestamp })
      }
      await Promise.all(Array.from({ length: together }, oneAfterTheOther))
    })
  },
}

export type OursWriterOperations = typeof operations

interface Item {
  readonly payload: Uint8Array
  readonly timestamp: number
}

function itemsFrom(seq: number, count: number): Item[] {
  return Array.from({ length: count }, (_, i) => ({
    payload: payload(seq + i),
    timestamp: timestamp(seq + i),
  }))
}

function openLog(folder: string, network: Network, durability: Durability, bulk = true): Promise<RemoteLog> {
  const { chainId, registry, account, beeUrl, rpcUrl, batch } = network
  return connect({
    log: { chainId, registry, owner: account.address, topic: topicOf(folder) },
    bee: beeUrl,
    rpc: rpcUrl,
    signer: signerOf(account.privateKey),
    batch,
    local: new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' }),
    durability,
    bulk,
  })
}

async function appendRate(
  log: RemoteLog,
  entries: number,
  append: (log: RemoteLog, items: readonly Item[]) => Promise<void>,
): Promise<number> {
  const items = itemsFrom(0, entries)
  const { ms } = await timed(() => append(log, items))
  await log.close()
  return (entries / ms) * 1000
}

serve(operations)
