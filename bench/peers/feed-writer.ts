import { serve } from '../process/serve.ts'
import { beeJs } from './bee-js.ts'
import type { Network } from './devnet.ts'
import { payload, timed } from './workload.ts'

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

export type FeedWriterOperations = typeof operations

serve(operations)
