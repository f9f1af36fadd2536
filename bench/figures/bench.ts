import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LinkOperations } from '../network/link.ts'
import type { DevnetOperations, Network } from '../peers/devnet.ts'
import type { FeedWriterOperations } from '../peers/feed-writer.ts'
import type { HypercoreReaderOperations } from '../peers/hypercore-reader.ts'
import type { HypercoreWriterOperations } from '../peers/hypercore-writer.ts'
import type { LimitsOperations } from '../peers/limits.ts'
import type { LinkedListOperations } from '../peers/linked-list.ts'
import type { OursReaderOperations } from '../peers/ours-reader.ts'
import type { OursWriterOperations } from '../peers/ours-writer.ts'
import { type Peer, type Remote, startPeer } from '../process/peer.ts'
import type { Operations } from '../process/serve.ts'

/** Everything that a figure needs: the peers, each in a process of its own, the network between them, a folder. */
export interface Bench {
  readonly folder: string
  readonly link: Remote<LinkOperations>
  /** The devnet as its neighbours see it. Writers are neighbours. */
  readonly network: Network
  /** The devnet as readers see it: through the link. */
  readonly distant: { readonly beeUrl: string; readonly rpcUrl: string }
  readonly writer: Remote<OursWriterOperations>
  readonly reader: Remote<OursReaderOperations>
  readonly hypercoreWriter: Remote<HypercoreWriterOperations>
  readonly hypercoreReader: Remote<HypercoreReaderOperations>
  readonly limits: Remote<LimitsOperations>
  readonly linkedList: Remote<LinkedListOperations>
  readonly feedWriter: Remote<FeedWriterOperations>
  /** A reader that has done nothing yet, for what is measured of a whole process. */
  freshReader(): Peer<OursReaderOperations>
  /** A writer that has done nothing yet, for what is measured of a whole process. */
  freshWriter(): Peer<OursWriterOperations>
  /** Tells the person who waits what is being done now. */
  progress(text: string): void
  stop(): Promise<void>
}

const OURS_READER = new URL('../peers/ours-reader.ts', import.meta.url)
const OURS_WRITER = new URL('../peers/ours-writer.ts', import.meta.url)

export async function startBench(progress: (text: string) => void): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-bench-'))
  // Whatever ends this process: the children end when it does, the folder goes with it.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const peers: Peer<Operations>[] = []
  function start<T extends Operations>(module: URL, execArgv: readonly string[] = []): Remote<T> {
    const peer = startPeer<T>(module, execArgv)
    peers.push(peer as unknown as Peer<Operations>)
    return peer.do
  }
  const devnet = start<DevnetOperations>(new URL('../peers/devnet.ts', import.meta.url))
  const link = start<LinkOperations>(new URL('../network/link.ts', import.meta.url))
  async function stop(): Promise<void> {
    await Promise.all(peers.map(peer => peer.stop()))
  }
  try {
    const network = await devnet.start(join(folder, 'devnet'))
    return {
      folder,
      link,
      network,
      distant: await throughLink({ link, network }),
      writer: start<OursWriterOperations>(OURS_WRITER),
      reader: start<OursReaderOperations>(OURS_READER),
      hypercoreWriter: start<HypercoreWriterOperations>(
        new URL('../peers/hypercore-writer.ts', import.meta.url),
      ),
      hypercoreReader: start<HypercoreReaderOperations>(
        new URL('../peers/hypercore-reader.ts', import.meta.url),
      ),
      limits: start<LimitsOperations>(new URL('../peers/limits.ts', import.meta.url), ['--expose-gc']),
      linkedList: start<LinkedListOperations>(new URL('../peers/linked-list.ts', import.meta.url)),
      feedWriter: start<FeedWriterOperations>(new URL('../peers/feed-writer.ts', import.meta.url)),
      freshWriter: () => startPeer<OursWriterOperations>(OURS_WRITER),
      freshReader: () => startPeer<OursReaderOperations>(OURS_READER),
      progress,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The network by way of the link, at ports of its own. */
export async function throughLink({
  link,
  network,
}: Pick<Bench, 'link' | 'network'>): Promise<Bench['distant']> {
  return { beeUrl: await through(link, network.beeUrl), rpcUrl: await through(link, network.rpcUrl) }
}

/** The same URL by way of the link. */
async function through(link: Remote<LinkOperations>, url: string): Promise<string> {
  const port = await link.open(Number(new URL(url).port))
  return `http://127.0.0.1:${port}`
}
