import { connect, connectContacts, signerOf } from '@remote-log/client'
import { type LogId, parseAddress, topicOf } from '@remote-log/core'
import { type Devnet, startDevnet, startFaultProxy } from '@remote-log/devnet'
import { RegistryNameSystem } from '@remote-log/ethereum'
import { atMost, type Figure, judge } from './report/row.ts'

const CONTACTS = 1000
/** Those that have published: the others cost as many questions, and no block each to make. */
const PUBLISHED = 20

/** Requests, to the chain and to the Bee node together, until a list of 1,000 contacts knows that nothing is new. */
export async function contactFigures(): Promise<Figure[]> {
  const net = await startDevnet()
  const rpc = await startFaultProxy({ target: net.rpcUrl })
  const bee = await startFaultProxy({ target: net.beeUrl })
  try {
    const logs = await publish(net)
    const { chainId, registry } = net
    const contacts = await connectContacts({ chainId, registry, bee: bee.url, rpc: rpc.url })
    await contacts.addMany(logs.map(log => ({ log })))
    await contacts.syncAll()
    const requests = () => rpc.stats().requests + bee.stats().requests
    const before = requests()
    const { complete, fresh } = await contacts.syncAll()
    if (!complete || fresh > 0) throw new Error(`${fresh} new entries, complete: ${complete}`)
    const ours = requests() - before
    await contacts.close()
    return [
      {
        figure: `requests for "nothing new" of ${CONTACTS.toLocaleString('en')} contacts`,
        unit: 'requests',
        better: 'lower',
        ours,
        anchor: { name: 'one head after the other', value: await oneByOne(rpc.url, logs, requests) },
        bar: atMost(10),
      },
    ]
  } finally {
    await bee.stop()
    await rpc.stop()
    await net.stop()
  }
}

async function publish({ accounts, beeUrl, rpcUrl, batch, chainId, registry }: Devnet): Promise<LogId[]> {
  const { privateKey, address } = accounts[0]!
  const owner = parseAddress(address)
  const logs = Array.from({ length: CONTACTS }, (_, n) => ({
    ...{ chainId, registry, owner },
    topic: topicOf(`contact ${n}`),
  }))
  for (const log of logs.slice(0, PUBLISHED)) {
    const writer = await connect({ log, bee: beeUrl, rpc: rpcUrl, batch, signer: signerOf(privateKey) })
    await writer.append('hello')
    await writer.publish()
    await writer.close()
  }
  return logs
}

async function oneByOne(url: string, logs: readonly LogId[], requests: () => number): Promise<number> {
  const { chainId, registry } = logs[0]!
  const names = new RegistryNameSystem({ provider: url, registry, chainId })
  const before = requests()
  for (const log of logs) await names.head(log)
  return requests() - before
}

if (import.meta.main) {
  for (const figure of await contactFigures()) {
    const { ours, unit, anchorName, anchor, ratio, bar } = judge(figure)
    console.log(`${figure.figure}: ${ours} ${unit}, ${anchorName}: ${anchor}; ratio ${ratio} (${bar})`)
  }
}
