import { connect } from 'node:net'
import Hypercore from 'hypercore'
import { serve } from '../process/serve.ts'
import { payload, timed } from './workload.ts'

/** Where a served core is, and which one it is. */
export interface Source {
  readonly port: number
  readonly key: Uint8Array
}

/** `tuned` is `inflightRange: [512, 512]`: over TCP the option's first number times 3, at most the second, counts. */
export type Tuning = 'as it comes' | 'tuned'

/** The reading hypercore peer. Every operation measures from an open core and no connection. */
const operations = {
  /** Milliseconds until all `entries` blocks of the log are verified and on disk. */
  async timeColdRead(folder: string, source: Source, entries: number, tuning: Tuning): Promise<number> {
    const core = await open(folder, source, tuning)
    const { ms, value: leave } = await timed(async () => {
      const socket = join(core, source)
      await core.download({ start: 0, end: entries }).done()
      return socket
    })
    await check(core, entries - 1)
    leave()
    await core.close()
    return ms
  },

  /** Milliseconds until the `entries` blocks that follow those in `folder` are read. */
  async timeCatchUp(folder: string, source: Source, entries: number): Promise<number> {
    const core = await open(folder, source, 'tuned')
    const from = core.length
    const { ms, value: leave } = await timed(async () => {
      const socket = join(core, source)
      await Promise.all(Array.from({ length: entries }, (_, i) => core.get(from + i)))
      return socket
    })
    await check(core, from + entries - 1)
    leave()
    await core.close()
    return ms
  },

  /** Milliseconds until block `seq` is read by a peer that has nothing. */
  async timeEntry(folder: string, source: Source, seq: number): Promise<number> {
    const core = await open(folder, source, 'tuned')
    const { ms, value: leave } = await timed(async () => {
      const socket = join(core, source)
      await core.get(seq)
      return socket
    })
    await check(core, seq)
    leave()
    await core.close()
    return ms
  },
}

export type HypercoreReaderOperations = typeof operations

async function open(folder: string, source: Source, tuning: Tuning): Promise<Hypercore> {
  const core = new Hypercore(folder, source.key, tuning === 'tuned' ? { inflightRange: [512, 512] } : {})
  await core.ready()
  return core
}

/** Connects and replicates; returns what ends the connection. */
function join(core: Hypercore, source: Source): () => void {
  const socket = connect({ port: source.port, host: '127.0.0.1', noDelay: true })
  const stream = core.replicate(true)
  stream.on('error', () => {})
  socket.on('error', () => {})
  stream.pipe(socket).pipe(stream)
  return () => socket.destroy()
}

async function check(core: Hypercore, seq: number): Promise<void> {
  const got = await core.get(seq)
  if (Buffer.compare(got, payload(seq)) !== 0) throw new Error(`hypercore gave other bytes for entry ${seq}`)
}

serve(operations)
