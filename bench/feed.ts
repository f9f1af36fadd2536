import { connect, type RemoteLog, signerOf } from '@remote-log/client'
import { feedTopic, type LogId, parseAddress, type Reference, topicOf } from '@remote-log/core'
import { type Devnet, type FaultProxy, startDevnet, startFaultProxy } from '@remote-log/devnet'
import { type BeeJs, beeJs } from './peers/bee-js.ts'
import { type Figure, judge } from './report/row.ts'

/** Entries, each published by itself, and after how many of them the head moves. */
const ENTRIES = 40
const ANCHOR_EVERY = 20
/** Milliseconds of each answer where waiting is counted. */
const ANSWER_MS = 50

/**
 * What a feed saves and costs: gas an entry beside a head moved for each; and how a reader gets the newest entry, beside
 * bee-js, which asks the node for the newest update (`GET /feeds`). The embedded node answers that at once; a real one
 * takes a second or more, and can't be believed.
 */
export async function feedFigures(): Promise<Figure[]> {
  const net = await startDevnet()
  const [bee, rpc] = await Promise.all([net.beeUrl, net.rpcUrl].map(target => startFaultProxy({ target })))
  try {
    const plain = await publishEach(await open(net, 'each by itself'))
    const fed = await publishEach(await open(net, 'by feed', { feed: true, anchor: { every: ANCHOR_EVERY } }))
    return [
      {
        figure: `gas an entry, each published by itself, anchored every ${ANCHOR_EVERY} by a feed`,
        unit: 'gas',
        better: 'lower',
        ours: Number(fed) / ENTRIES,
        anchor: { name: 'the head moved for each', value: Number(plain) / ENTRIES },
      },
      ...(await newest(net, bee!, rpc!)),
    ]
  } finally {
    await Promise.all([bee!.stop(), rpc!.stop()])
    await net.stop()
  }
}

function idOf({ chainId, registry, accounts }: Devnet, name: string): LogId {
  return { chainId, registry, owner: parseAddress(accounts[0]!.address), topic: topicOf(name) }
}

function open(
  net: Devnet,
  name: string,
  settings: Partial<Parameters<typeof connect>[0]> = {},
): Promise<RemoteLog> {
  const signer = signerOf(net.accounts[0]!.privateKey)
  const { beeUrl: bee, rpcUrl: rpc, batch } = net
  return connect({ log: idOf(net, name), bee, rpc, batch, signer, ...settings })
}

/** @returns the gas of all transactions */
async function publishEach(log: RemoteLog): Promise<bigint> {
  let gas = 0n
  for (let n = 0; n < ENTRIES; n++) {
    await log.append(`entry ${n}`)
    const { publication } = await log.publish()
    gas += publication?.gasUsed ?? 0n
  }
  await log.close()
  return gas
}

/** The newest entry, announced a moment ago: for a reader who was there before, and for one who never was. */
async function newest(net: Devnet, bee: FaultProxy, rpc: FaultProxy): Promise<Figure[]> {
  const name = 'newest'
  const alice = await open(net, name, { feed: true, anchor: 'onDemand' })
  await alice.append('anchored')
  const { head: base } = await alice.publish()
  const announce = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await alice.append(`announced ${n}`)
      await alice.publish()
    }
  }
  const reader = { log: idOf(net, name), bee: bee.url, rpc: rpc.url, feed: true }
  const bob = await connect(reader)
  await announce(30)
  await bob.sync()
  await announce(1)
  const js = await beeJs()
  const slow = () => ({ delayMs: ANSWER_MS })
  for (const proxy of [bee, rpc]) proxy.setRule(slow)
  const counted = async (work: () => Promise<unknown>) => {
    for (const proxy of [bee, rpc]) proxy.resetStats()
    const began = performance.now()
    await work()
    return { ms: performance.now() - began, requests: bee.stats().requests }
  }
  const theirs = await counted(() => lookUp(js, bee.url, reader.log, base!))
  const warm = await counted(() => bob.sync())
  const carol = await connect(reader)
  const cold = await counted(() => carol.sync())
  for (const log of [alice, bob, carol]) await log.close()
  const rows = (who: string, ours: typeof warm): Figure[] => [
    {
      figure: `until ${who} has the newest announced entry verified, chain included, ${ANSWER_MS} ms an answer`,
      unit: 'ms',
      better: 'lower',
      ours: ours.ms,
      anchor: { name: 'bee-js, GET /feeds, unverified, no chain', value: theirs.ms },
    },
    {
      figure: `requests to the node until ${who} has it`,
      unit: 'requests',
      better: 'lower',
      ours: ours.requests,
      anchor: { name: 'bee-js, GET /feeds', value: theirs.requests },
    },
  ]
  return [...rows('a reader of before', warm), ...rows('a new reader', cold)]
}

async function lookUp({ Bee, Topic }: BeeJs, url: string, log: LogId, base: Reference): Promise<void> {
  const topic = new Topic(feedTopic(log, base))
  await new Bee(url).makeFeedReader(topic, log.owner).downloadPayload()
}

if (import.meta.main) {
  for (const figure of await feedFigures()) {
    const { ours, unit, anchorName, anchor, ratio } = judge(figure)
    console.log(`${figure.figure}: ${ours} ${unit}, ${anchorName}: ${anchor}; ratio ${ratio}`)
  }
}
