import {
  chunkPayload,
  decodeRfcPage,
  encodeRfcPage,
  makeChunk,
  type Reference,
  verifyChunk,
} from '@remote-log/core'
import { SwarmStore } from '@remote-log/swarm'
import { serve } from '../process/serve.ts'
import type { Network } from './devnet.ts'
import { payload, timed } from './workload.ts'

/**
 * The RFC at its plainest: one pair a page, each page a chunk that names the one before. A reader can ask for a page
 * only when it has read its successor. Same store, same network as ours; the head is handed over for nothing.
 */
const operations = {
  /** Uploads a list of `entries` pages. Resolves to the newest page's reference. */
  async write(network: Network, entries: number): Promise<Reference> {
    const store = new SwarmStore({ url: network.beeUrl, batch: network.batch })
    const upload = await store.beginUpload()
    let newest: Reference | undefined
    for (let seq = 0; seq < entries; seq++) {
      const tail = newest === undefined ? undefined : Buffer.from(newest, 'hex')
      const page = makeChunk(encodeRfcPage({ pairs: [{ data: payload(seq) }], tail }))
      await upload.put(page)
      newest = page.reference
    }
    await upload.confirm()
    return newest!
  },

  /** Milliseconds to read the whole list, newest first. */
  async timeRead(beeUrl: string, newest: Reference, entries: number): Promise<number> {
    const { ms, value: read } = await timed(async () => {
      let count = 0
      for (let next: Reference | undefined = newest; next !== undefined; count++) {
        const bytes: Uint8Array = new Uint8Array(
          await (await fetch(`${beeUrl}/chunks/${next}`)).arrayBuffer(),
        )
        verifyChunk(next, bytes)
        const tail: Uint8Array | undefined = decodeRfcPage(chunkPayload(bytes)).tail
        next = tail && (Buffer.from(tail).toString('hex') as Reference)
      }
      return count
    })
    if (read !== entries) throw new Error(`the linked list gave ${read} of ${entries} entries`)
    return ms
  },
}

export type LinkedListOperations = typeof operations

serve(operations)
