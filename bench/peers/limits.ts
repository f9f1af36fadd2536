import { CHUNK_BYTES, decodePage, logHash, makeChunk, pagePayload } from '@remote-log/core'
import { RegistryNameSystem } from '@remote-log/ethereum'
import { SwarmStore } from '@remote-log/swarm'
import { serve } from '../process/serve.ts'
import type { Source } from './ours-reader.ts'
import { timed } from './workload.ts'

/** Milliseconds for the bytes of all sealed pages: BMT hashing them, and getting them by one `GET /bytes`, unverified. */
export interface Limits {
  readonly hashMs: number
  readonly getMs: number
}

/** What bounds a cold read, in a peer of its own, which collects its garbage before the reader's clock runs. */
const operations = {
  async limits({ id, beeUrl, rpcUrl }: Source): Promise<Limits> {
    const names = new RegistryNameSystem({ provider: rpcUrl, registry: id.registry, chainId: id.chainId })
    const { head } = await names.head(id)
    const page = pagePayload(await new SwarmStore({ url: beeUrl }).get(head!), head!)
    const { roots } = decodePage(page, { kind: 'head', log: logHash(id) })
    const get = await timed(async () => {
      const response = await fetch(`${beeUrl}/bytes/${roots!.history}`, {
        headers: { 'swarm-redundancy-level': '0' },
      })
      return new Uint8Array(await response.arrayBuffer())
    })
    const pages = Array.from({ length: roots!.sealedPages }, (_, i) =>
      get.value.subarray(CHUNK_BYTES * i, CHUNK_BYTES * (i + 1)),
    )
    const hash = await timed(async () => pages.forEach(page => void makeChunk(page)))
    globalThis.gc?.()
    return { hashMs: hash.ms, getMs: get.ms }
  },
}

export type LimitsOperations = typeof operations

serve(operations)
