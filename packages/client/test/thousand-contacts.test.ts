import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  defaultMessageId,
  emptyLogState,
  LogBuilder,
  type LogId,
  logHash,
  parseAddress,
  type Reference,
  topicOf,
} from '@remote-log/core'
import { type Devnet, type FaultProxy, startDevnet, startFaultProxy } from '@remote-log/devnet'
import { type SignedHead, signHead, submitSigned } from '@remote-log/ethereum'
import { SwarmStore } from '@remote-log/swarm'
import { type Contacts, connectContacts, signerOf } from '../src/index.ts'
import { memory, START } from './world.ts'

const LOGS = 1000
/** Those that have published: signing and mining as many heads as that is what takes the time. */
const PUBLISHED = 400

let devnet: Devnet
let chain: FaultProxy
let bee: FaultProxy
before(async () => {
  devnet = await startDevnet()
  chain = await startFaultProxy({ target: devnet.rpcUrl })
  bee = await startFaultProxy({ target: devnet.beeUrl })
})
after(async () => {
  await bee?.stop()
  await chain?.stop()
  await devnet?.stop()
})

/** Publishes a page of so many entries in each of these logs: chunks up, heads signed and submitted in batches. */
async function publish(logs: readonly LogId[], entries: number, heads: Map<LogId, Reference>) {
  const [{ privateKey }, relay] = devnet.accounts as [Devnet['accounts'][number], Devnet['accounts'][number]]
  const signer = signerOf(privateKey)
  const store = new SwarmStore({ url: devnet.beeUrl, batch: devnet.batch })
  const upload = await store.beginUpload()
  const pages = logs.map(log => {
    const builder = new LogBuilder(emptyLogState(logHash(log)))
    for (let i = 0; i < entries; i++) {
      const data = new TextEncoder().encode(`entry ${i}`)
      builder.append({
        timestamp: START + i,
        id: defaultMessageId(data),
        content: { kind: 'embedded', data },
      })
    }
    return { log, page: builder.head().page }
  })
  for (const { page } of pages) await upload.put(page)
  const signed: SignedHead[] = []
  for (const { log, page } of pages) {
    const expected = heads.get(log)
    heads.set(log, page.reference)
    signed.push(await signHead(signer, { log, expected, next: page.reference }))
  }
  const { chainId, registry, rpcUrl } = devnet
  const options = { chainId, registry, provider: rpcUrl, signer: signerOf(relay.privateKey) }
  const { outcomes } = await submitSigned(options, signed)
  assert.ok(outcomes.every(outcome => outcome?.refusal === 'none'))
}

async function counted(contacts: Contacts) {
  chain.resetStats()
  bee.resetStats()
  const statement = await contacts.syncAll()
  return { statement, calls: chain.stats().requests, chunks: bee.stats().requests }
}

test('a thousand contacts: nothing new costs at most ten requests, three that changed are all that is read', async () => {
  const { chainId, registry } = devnet
  const owner = parseAddress(devnet.accounts[0]!.address)
  const logs = Array.from({ length: LOGS }, (_, n) => ({
    chainId,
    registry,
    owner,
    topic: topicOf(`one of a thousand: ${n}`),
  }))
  const heads = new Map<LogId, Reference>()
  await publish(logs.slice(0, PUBLISHED), 1, heads)
  const local = memory()
  // Few at a time: node and client share this process, and a request must not wait for hundreds of others.
  const at = { bee: bee.url, rpc: chain.url, local, maxInFlight: 16 }
  const contacts = await connectContacts({ chainId, registry, ...at })
  await contacts.addMany(logs.map(log => ({ log })))
  assert.deepEqual(
    (await contacts.list()).map(({ id }) => id),
    logs,
  )
  const first = await counted(contacts)
  assert.deepEqual(
    [first.statement.complete, first.statement.fresh, first.chunks],
    [true, PUBLISHED, PUBLISHED],
  )
  assert.ok(first.calls <= 10, `${first.calls} requests to the chain for ${LOGS} heads`)
  const nothing = await counted(contacts)
  assert.deepEqual([nothing.statement.complete, nothing.statement.fresh, nothing.chunks], [true, 0, 0])
  assert.ok(nothing.calls <= 10, `${nothing.calls} requests for nothing new`)
  const three = [logs[17]!, logs[200]!, logs[399]!]
  await publish(three, 4, heads)
  const some = await counted(contacts)
  const changed = some.statement.logs.filter(log => log.error === undefined && log.changed)
  assert.deepEqual(
    changed.map(({ id }) => id),
    three,
  )
  assert.deepEqual([some.statement.fresh, some.chunks], [9, 3])
  assert.ok(some.calls <= 10)
  await contacts.close()
})
