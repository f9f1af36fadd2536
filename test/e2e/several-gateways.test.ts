import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connect, gatewayHealth, type RemoteLog, signerOf } from '@remote-log/client'
import { formatLogId, topicOf } from '@remote-log/core'
import {
  type Devnet,
  type Fault,
  type FaultProxy,
  type FaultRequest,
  startDevnet,
  startFaultProxy,
} from '@remote-log/devnet'
import { cliHere as cli, jsonHere as cliJson } from './cli-here.ts'

const ENTRIES = 3000

/** Ways to be hostile, in turn: each for a dozen requests. */
const FAULTS: readonly Fault[] = [
  { flipBit: 900 },
  { answer: { status: 404, body: '{"code":404,"message":"chunk not found"}' } },
  { hang: true },
  { cutAfter: 700 },
  { answer: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome' } },
  { stallAfter: 300 },
  { answer: { status: 500, body: 'read chunk failed' } },
  { swapBlocks: 100 },
  { drop: true },
]

describe('a log is read through three gateways, two of them hostile in changing ways', () => {
  let net: Devnet
  let folder: string
  let proxies: FaultProxy[]
  const payloads = Array.from({ length: ENTRIES }, () => randomBytes(200))
  const urls = () => proxies.map(({ url }) => url)
  const log = () => {
    const owner = net.accounts[0]!.address
    return { chainId: net.chainId, registry: net.registry, owner, topic: topicOf('besieged') }
  }

  before(async () => {
    net = await startDevnet()
    folder = await mkdtemp(join(tmpdir(), 'remote-log-gateways-'))
    const signer = signerOf(net.accounts[0]!.privateKey)
    const { rpcUrl: rpc, beeUrl: bee, batch } = net
    const writer = await connect({ log: log(), bee, rpc, batch, signer })
    await writer.appendMany(payloads.map(payload => ({ payload })))
    await writer.publish()
    await writer.close()
    const hostile =
      (shift: number) =>
      ({ index }: FaultRequest) =>
        FAULTS[(Math.floor(index / 12) + shift) % FAULTS.length]
    proxies = await Promise.all(
      [hostile(0), hostile(4), undefined].map(rule =>
        startFaultProxy({ target: net.beeUrl, ...(rule && { rule }) }),
      ),
    )
  })
  after(async () => {
    await Promise.all(proxies.map(proxy => proxy.stop()))
    await net.stop()
    await rm(folder, { recursive: true })
  })

  test('the whole sync equals the log', async () => {
    const reader = await connect({ log: log(), bee: urls(), rpc: net.rpcUrl })
    await reader.sync()
    assert.deepEqual(await contents(reader), payloads.map(String))
    const [first, second, honest] = gatewayHealth(reader)
    assert.ok(first!.lies + second!.lies > 0, 'somebody lied')
    assert.equal(honest!.lies, 0)
    await reader.close()
  })

  test('without an honest one it ends in an error that names chunk, gateways and remedy', async () => {
    const stranded = await connect({ log: log(), bee: urls(), rpc: net.rpcUrl })
    proxies[2]!.setRule(() => ({ answer: { status: 404, body: '{"code":404,"message":"no"}' } }))
    for (const i of [0, 1]) proxies[i]!.setRule(() => ({ flipBit: 77 }))
    await assert.rejects(
      stranded.sync(),
      (error: Error & { code: string; details: { gateways: string } }) => {
        assert.equal(error.code, 'CORRUPT')
        for (const url of urls()) assert.ok(error.details.gateways.includes(url))
        assert.match(error.message, /none of 3 gateways gave [0-9a-f]{64}.*Add a gateway/)
        return true
      },
    )
    await stranded.close()
  })

  test('in the terminal: several --bee, and what each one is worth', async () => {
    proxies[0]!.setRule(() => ({ flipBit: 77 }))
    proxies[1]!.setRule(() => ({ drop: true }))
    proxies[2]!.setRule(undefined)
    const home = join(folder, 'bob')
    const bees = urls().flatMap(url => ['--bee', url])
    await cliJson(['init', '--rpc', net.rpcUrl, ...bees, '--log', formatLogId(log())], { home })
    const config = JSON.parse(await readFile(join(home, 'config.json'), 'utf8'))
    assert.deepEqual([config.bee, ...config.gateways], urls())
    const synced = await cli(['sync'], { home })
    assert.equal(synced.code, 0)
    assert.match(synced.stderr, /sent wrong bytes/)
    const { gateways } = await cliJson<{ gateways: { url: string; answer: string }[] }>(['gateways'], {
      home,
    })
    assert.deepEqual(
      gateways.map(({ url, answer }) => [url, answer]),
      urls().map((url, i) => [url, ['wrong', 'none', 'verified'][i]]),
    )
    proxies[2]!.setRule(() => ({ answer: { status: 404, body: '{"code":404,"message":"no"}' } }))
    const nobody = await cli(['gateways'], { home })
    assert.equal(nobody.code, 11)
    assert.match(nobody.stdout, /SENT WRONG BYTES.*\n.*gives no answer.*\n.*does not have/)
  })
})

async function contents(log: RemoteLog): Promise<string[]> {
  const all: string[] = []
  for await (const entry of log.read()) all.push(String(Buffer.from(await entry.bytes())))
  return all
}
