import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import Hypercore from 'hypercore'
import { serve } from '../process/serve.ts'
import { payload, timed } from './workload.ts'

const BATCH = 1000

const cores = new Map<string, Hypercore>()

/** The writing hypercore peer: appends on its own disk storage and serves over TCP. */
const operations = {
  /** Creates a core of `entries` entries in `folder` and serves it. */
  async create(folder: string, name: string, entries: number): Promise<{ port: number; key: Uint8Array }> {
    const core = new Hypercore(join(folder, name))
    await core.ready()
    cores.set(name, core)
    await appendInBatches(core, entries)
    const server = createServer({ noDelay: true }, socket => {
      const stream = core.replicate(false)
      // A reader that leaves resets the connection; the server carries on.
      stream.on('error', () => {})
      socket.on('error', () => {})
      stream.pipe(socket).pipe(stream)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return { port: (server.address() as AddressInfo).port, key: core.key }
  },

  async append(name: string, entries: number): Promise<void> {
    await appendInBatches(cores.get(name)!, entries)
  },

  /** Entries a second, appended one by one and each awaited. */
  async timeAppendOneByOne(folder: string, entries: number): Promise<number> {
    const payloads = Array.from({ length: entries }, (_, seq) => payload(seq))
    const core = new Hypercore(folder)
    await core.ready()
    const { ms } = await timed(async () => {
      for (const bytes of payloads) await core.append(bytes)
    })
    await core.close()
    return (entries / ms) * 1000
  },

  /** Entries a second in batches of 1,000. */
  async timeAppendBatches(folder: string, entries: number): Promise<number> {
    const payloads = Array.from({ length: entries }, (_, seq) => payload(seq))
    const core = new Hypercore(folder)
    await core.ready()
    const { ms } = await timed(async () => {
      for (let at = 0; at < entries; at += BATCH) await core.append(payloads.slice(at, at + BATCH))
    })
    await core.close()
    return (entries / ms) * 1000
  },
}

export type HypercoreWriterOperations = typeof operations

async function appendInBatches(core: Hypercore, entries: number): Promise<void> {
  const end = core.length + entries
  while (core.length < end) {
    const from = core.length
    await core.append(Array.from({ length: Math.min(BATCH, end - from) }, (_, i) => payload(from + i)))
  }
}

serve(operations)
