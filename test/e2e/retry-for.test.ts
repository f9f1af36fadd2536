import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startDevnet, startFaultProxy } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'

test('--retry-for says how long a refused request is made again, for every command that reads', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-retry-'))
  const net = await startDevnet()
  const proxy = await startFaultProxy({ target: net.beeUrl })
  t.after(async () => {
    await Promise.all([proxy.stop(), net.stop()])
    await rm(folder, { recursive: true })
  })
  const alice = { home: join(folder, 'alice'), env: { REMOTE_LOG_KEY: net.accounts[0]!.privateKey } }
  const place = ['--rpc', net.rpcUrl, '--registry', net.registry, '--chain-id', `${net.chainId}`]
  const init = ['init', ...place, '--bee', net.beeUrl, '--batch', net.batch, '--topic', 'a', '--no-key-file']
  const { log } = await jsonHere<{ log: string }>(init, alice)
  await jsonHere(['append', '--publish'], { ...alice, input: 'one\ntwo\n' })
  const lanes = await jsonHere<{ list: string }>(['lane', 'add'], alice)

  let home = 0
  const reader = async (where: string) => {
    const bob = { home: join(folder, `bob-${home++}`) }
    await jsonHere(['init', '--rpc', net.rpcUrl, '--bee', proxy.url, '--log', where], bob)
    return bob
  }
  for (const command of [
    ['sync'],
    ['contacts', 'sync'],
    ['group', 'sync'],
    ['lane', 'sync', '--list', lanes.list],
  ]) {
    const bob = await reader(log)
    await jsonHere(['contacts', 'add', log], bob)
    // The first two requests for chunks are refused, as by a Bee whose peers had enough.
    const refuseTwice = () => {
      let left = 2
      proxy.setRule(({ path }) =>
        path.startsWith('/chunks/') && left-- > 0 ? { answer: { status: 500, body: '{}' } } : undefined,
      )
    }
    refuseTwice()
    const hasty = await cliHere([...command, '--retry-for', '0s'], bob)
    assert.notEqual(hasty.code, 0, `${command.join(' ')} did not try again: ${hasty.stdout}`)
    refuseTwice()
    const patient = await cliHere(command, bob)
    assert.equal(patient.code, 0, `${command.join(' ')}: ${patient.stderr}`)
  }
})
