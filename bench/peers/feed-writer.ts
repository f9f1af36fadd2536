import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { serve } from '../process/serve.ts'
import type { Network } from './devnet.ts'
import { payload, timed } from './workload.ts'

/** What is used of bee-js, a development dependency of core. */
interface BeeJs {
  readonly Bee: new (
    url: string,
  ) => {
    makeFeedWriter(
      topic: unknown,
      privateKey: string,
    ): { uploadPayload(batch: string, data: Uint8Array, options: { index: unknown }): Promise<unknown> }
  }
  readonly FeedIndex: { fromBigInt(index: bigint): unknown }
  readonly Topic: { fromString(name: string): unknown }
}

/**
 * How bee-js writes a log: one feed update an entry, one after the other. It is given each index, which spares it the
 * look-up before each update; it signs and sends nothing else.
 */
const operations = {
  /** Entries a second. */
  async timeUpdates(network: Network, entries: number): Promise<number> {
    const { Bee, FeedIndex, Topic } = await beeJs()
    const bee = new Bee(network.beeUrl)
    const topic = Topic.fromString(`feed of ${entries}`)
    const writer = bee.makeFeedWriter(topic, network.account.privateKey)
    const { ms } = await timed(async () => {
      for (let i = 0; i < entries; i++) {
        await writer.uploadPayload(network.batch, payload(i), { index: FeedIndex.fromBigInt(BigInt(i)) })
      }
    })
    return (entries / ms) * 1000
  },
}

async function beeJs(): Promise<BeeJs> {
  const core = createRequire(new URL('../../packages/core/package.json', import.meta.url))
  return (await import(pathToFileURL(core.resolve('@ethersphere/bee-js')).href)) as BeeJs
}

export type FeedWriterOperations = typeof operations

serve(operations)
