import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, signerOf } from '@remote-log/client'
import { formatLogId, type LogId, parseAddress, topicOf } from '@remote-log/core'
import { type Devnet, type FaultProxy, startDevnet, startFaultProxy } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'

interface Synced {
  readonly complete: boolean
  readonly fresh: number
  readonly logs: {
    name: string | null
    changed?: boolean
    error?: { code: string }
    statement?: { entries: number }
  }[]
}

let net: Devnet
let rpc: FaultProxy
let folder: string
let home: string
const names = ['Alice', 'Bob', 'Carol']
const ids: LogId[] = []

before(async () => {
  net = await startDevnet()
  rpc = await startFaultProxy({ target: net.rpcUrl })
  folder = await mkdtemp(join(tmpdir(), 'remote-log-contacts-'))
  home = join(folder, 'home')
  const { chainId, registry } = net
  const owner = parseAddress(net.accounts[0]!.address)
  for (const name of names) ids.push({ chainId, registry, owner, topic: topicOf(name) })
  await publish(0, 'hello of Alice')
  await publish(1, 'hello of Bob')
  await jsonHere(['init', '--rpc', rpc.url, '--bee', net.beeUrl, '--log', formatLogId(ids[0]!)], { home })
})
after(async () => {
  await rpc?.stop()
  await net?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function publish(n: number, ...entries: string[]): Promise<void> {
  const { beeUrl, rpcUrl, batch, accounts } = net
  const signer = signerOf(accounts[0]!.privateKey)
  const log = await connect({ log: ids[n]!, bee: beeUrl, rpc: rpcUrl, batch, signer })
  await log.sync()
  for (const entry of entries) await log.append(entry)
  await log.publish()
  await log.close()
}

const lines = () => `# friends\n\n${ids.map((id, n) => `${formatLogId(id)}  ${names[n]}`).join('\n')}\n`

test('contacts are added from a list, shown, kept up to date together, printed and removed', async () => {
  const added = await jsonHere<{ name: string }[]>(['contacts', 'add', '--file', '-'], {
    home,
    input: lines(),
  })
  assert.deepEqual(
    added.map(({ name }) => name),
    names,
  )
  const listed = await cliHere(['contacts', 'list'], { home })
  assert.equal(listed.stdout, ids.map((id, n) => `${formatLogId(id)}  ${names[n]}\n`).join(''))
  const first = await jsonHere<Synced>(['contacts', 'sync'], { home })
  assert.deepEqual([first.complete, first.fresh], [true, 2])
  assert.deepEqual(
    first.logs.map(({ name, statement }) => [name, statement?.entries]),
    [
      ['Alice', 1],
      ['Bob', 1],
      ['Carol', 0],
    ],
  )
  rpc.resetStats()
  const nothing = await cliHere(['contacts', 'sync'], { home })
  assert.match(nothing.stdout, /^complete: 3 contacts, 0 new entries, at block \d+\n {2}read 0 chunks/)
  assert.ok(rpc.stats().requests <= 4, `${rpc.stats().requests} requests`)
  await publish(1, 'more of Bob')
  const news = await cliHere(['contacts', 'sync', '--time-budget', '1h', '--byte-budget', '1MB'], { home })
  assert.match(news.stdout, /^complete: 3 contacts, 1 new entry, .*\n {2}Bob: 1 new of 2 entries\n/)
  const printed = await cliHere(['contacts', 'cat', 'Bob', '--reverse'], { home })
  assert.equal(printed.stdout, 'more of Bob\nhello of Bob\n')
  const entry = await jsonHere<{ text: string }>(['contacts', 'cat', formatLogId(ids[1]!), '--from', '1'], {
    home,
  })
  assert.equal(entry.text, 'more of Bob')
  assert.equal(
    (await cliHere(['contacts', 'remove', 'Bob', '--forget'], { home })).stdout,
    'Bob is not followed any more\n',
  )
  assert.equal((await jsonHere<unknown[]>(['contacts', 'list'], { home })).length, 2)
})

test('what is wrong with one contact is shown, and is the exit code; wrong arguments say what is right', async () => {
  await jsonHere(['contacts', 'add', formatLogId(ids[1]!), '--name', 'Bob'], { home })
  const { chainId, registry, accounts } = net
  const late = { chainId, registry, owner: parseAddress(accounts[1]!.address), topic: topicOf('late') }
  const signer = signerOf(accounts[1]!.privateKey)
  const { beeUrl, rpcUrl, batch } = net
  const log = await connect({ log: late, bee: beeUrl, rpc: rpcUrl, batch, signer })
  await log.append('not read yet')
  await log.publish()
  await log.close()
  const list = join(folder, 'list.txt')
  await writeFile(list, `${formatLogId(late)} Dave\n`)
  await jsonHere(['contacts', 'add', '--file', list], { home })
  const tight = await cliHere(['contacts', 'sync', '--byte-budget', '0'], { home })
  assert.equal(tight.code, 22, tight.stdout + tight.stderr)
  assert.match(tight.stdout, /^incomplete: 4 contacts, 0 new entries/)
  assert.match(tight.stdout, /Dave: BUDGET_EXCEEDED/)
  for (const [args, code] of [
    [['add'], 2],
    [['add', 'nonsense'], 2],
    [['add', formatLogId(ids[0]!), '--file', '-'], 2],
    [['add', '--file', join(folder, 'none')], 2],
    [['remove', 'Zoe'], 10],
    [['cat', 'Zoe'], 10],
  ] as const) {
    const { code: exit, stderr } = await cliHere(['contacts', ...args], { home })
    assert.equal(exit, code, `${args.join(' ')}: ${stderr}`)
  }
  const bad = await cliHere(['contacts', 'add', '--file', '-'], { home, input: `${lines()}oops\n` })
  assert.match(bad.stderr, /line 6: a log id looks like remotelog:/)
})
