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

interface GroupSynced {
  readonly complete: boolean
  readonly entries: number
  readonly missing: { reason: string; seq: number; member: string | null }[]
}
const groupLogs: string[] = []
const homeOfMember = (n: number) => join(folder, `home ${n}`)

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
  for (const n of [0, 1, 2]) {
    const chain = ['--rpc', net.rpcUrl, '--registry', net.registry, '--chain-id', `${net.chainId}`]
    const place = [
      ...chain,
      '--bee',
      net.beeUrl,
      '--batch',
      net.batch,
      '--topic',
      'our group',
      '--no-key-file',
    ]
    const env = envOf(n)
    groupLogs.push((await jsonHere<{ log: string }>(['init', ...place], { home: homeOfMember(n), env })).log)
  }
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
  assert.ok(rpc.stats().requests <= 10, `${rpc.stats().requests} requests`)
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

const envOf = (n: number) => ({ REMOTE_LOG_KEY: net.accounts[n]!.privateKey })
const run = async (n: number, args: string[], input = '') => {
  const { code, stdout, stderr } = await cliHere(args, { home: homeOfMember(n), env: envOf(n), input })
  assert.equal(code, 0, stderr)
  return stdout
}

test('three homes talk by command: everybody prints the same, each reply behind what it replies to', async () => {
  for (const me of [0, 1, 2])
    for (const other of [0, 1, 2])
      if (me !== other) await run(me, ['contacts', 'add', groupLogs[other]!, '--name', names[other]!])
  assert.match(await run(0, ['group', 'send', 'who', 'brings', 'wine?']), /^1 entry appended/)
  assert.equal(await run(0, ['group', 'cat', '--offline']), 'me: who brings wine?\n')
  await run(0, ['publish'])
  assert.match(await run(1, ['group', 'sync']), /^complete: 1 entry of 3 logs in their places, 1 of them new/)
  await run(1, ['group', 'send'], 'I do\nred\n')
  await run(1, ['publish'])
  assert.equal(await run(2, ['group', 'tail', '-n', '2']), 'Bob: I do\nBob: red\n')
  assert.equal(await run(0, ['group', 'cat']), 'me: who brings wine?\nBob: I do\nBob: red\n')
  const entries = (await run(2, ['group', 'cat', '--json']))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    entries.map(({ log, level, dependencies, text }) => [log, level, dependencies.length, text]),
    [
      [groupLogs[0], 'causal', 0, 'who brings wine?'],
      [groupLogs[1], 'causal', 1, 'I do'],
      [groupLogs[1], 'causal', 0, 'red'],
    ],
  )
})

test('who does not follow the one that was answered is told so, by exit code and by name', async () => {
  await run(2, ['contacts', 'remove', 'Alice'])
  const { code, stdout } = await cliHere(['group', 'sync'], { home: homeOfMember(2) })
  assert.equal(code, 10)
  assert.match(stdout, /^incomplete: 0 entries of 2 logs/)
  assert.match(
    stdout,
    /missing: entry 0 of the log [0-9a-f]{64}, needed by entry 0 of [0-9a-f]{64}: unknown-log/,
  )
  const found = await cliHere(['group', 'sync', '--json'], { home: homeOfMember(2) })
  const { missing, complete, entries } = JSON.parse(found.stdout) as GroupSynced
  assert.deepEqual(
    [complete, entries, missing.map(({ reason, seq, member }) => [reason, seq, member])],
    [false, 0, [['unknown-log', 0, null]]],
  )
})
