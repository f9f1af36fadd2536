import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'

interface Synced {
  readonly complete: boolean
  readonly entries: number
  readonly missing: { reason: string; seq: number; member: string | null }[]
}

let net: Devnet
let folder: string
const logs: string[] = []
const homeOf = (n: number) => join(folder, `home ${n}`)
const envOf = (n: number) => ({ REMOTE_LOG_KEY: net.accounts[n]!.privateKey })
const run = async (n: number, args: string[], input = '') => {
  const { code, stdout, stderr } = await cliHere(args, { home: homeOf(n), env: envOf(n), input })
  assert.equal(code, 0, stderr)
  return stdout
}

before(async () => {
  net = await startDevnet()
  folder = await mkdtemp(join(tmpdir(), 'remote-log-group-'))
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
    logs.push((await jsonHere<{ log: string }>(['init', ...place], { home: homeOf(n), env })).log)
  }
})
after(async () => {
  await net?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('three homes talk by command: everybody prints the same, each reply behind what it replies to', async () => {
  const names = ['Alice', 'Bob', 'Carol']
  for (const me of [0, 1, 2])
    for (const other of [0, 1, 2])
      if (me !== other) await run(me, ['contacts', 'add', logs[other]!, '--name', names[other]!])
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
      [logs[0], 'causal', 0, 'who brings wine?'],
      [logs[1], 'causal', 1, 'I do'],
      [logs[1], 'causal', 0, 'red'],
    ],
  )
})

test('who does not follow the one that was answered is told so, by exit code and by name', async () => {
  await run(2, ['contacts', 'remove', 'Alice'])
  const { code, stdout } = await cliHere(['group', 'sync'], { home: homeOf(2) })
  assert.equal(code, 10)
  assert.match(stdout, /^incomplete: 0 entries of 2 logs/)
  assert.match(
    stdout,
    /missing: entry 0 of the log [0-9a-f]{64}, needed by entry 0 of [0-9a-f]{64}: unknown-log/,
  )
  const found = await cliHere(['group', 'sync', '--json'], { home: homeOf(2) })
  const { missing, complete, entries } = JSON.parse(found.stdout) as Synced
  assert.deepEqual(
    [complete, entries, missing.map(({ reason, seq, member }) => [reason, seq, member])],
    [false, 0, [['unknown-log', 0, null]]],
  )
})
