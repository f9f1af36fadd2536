import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { logHash, makeChunk, parseLogId, type Reference } from '@remote-log/core'
import { startFaultProxy } from '@remote-log/devnet'
import { RegistryNameSystem, signerOf } from '@remote-log/ethereum'
import { ClassicLevel } from 'classic-level'
import { cliHere as cli, jsonHere as cliJson } from './cli-here.ts'
import { devnetProcess, type Result, type RunningDevnet } from './cli-process.ts'
import { startRpcProxy } from './rpc-proxy.ts'

/** Every test has a log, topic and two devices of its own: an owner with the key, and a reader. */
interface Scene {
  readonly log: string
  readonly owner: string
  readonly reader: string
}

describe('what does not fit together is an error of its own, with the evidence', () => {
  let folder: string
  let devnet: RunningDevnet
  let key: string
  let scene: Scene
  let topics = 0

  const home = () => mkdtemp(join(folder, 'home-'))
  const asOwner = (args: string[], input = '', at = scene.owner) =>
    cli([...args, '--json'], { home: at, env: { REMOTE_LOG_KEY: key }, input })
  const asReader = (args: string[], at = scene.reader) => cli([...args, '--json'], { home: at })

  async function initOwner(
    topic: string,
    network: { rpc?: string } = {},
  ): Promise<{ log: string; home: string }> {
    const { rpc = devnet.rpcUrl } = network
    const { beeUrl, registry, chainId, batch } = devnet
    const at = await home()
    const explicit = ['--rpc', rpc, '--bee', beeUrl, '--registry', registry, '--chain-id', String(chainId)]
    const init = ['init', ...explicit, '--batch', batch, '--topic', topic, '--no-key-file']
    const { log } = await cliJson<{ log: string }>(init, { home: at, env: { REMOTE_LOG_KEY: key } })
    return { log, home: at }
  }

  async function initReader(log: string, network: { rpc?: string; bee?: string } = {}): Promise<string> {
    const { rpc = devnet.rpcUrl, bee = devnet.beeUrl } = network
    const at = await home()
    await cliJson(['init', '--rpc', rpc, '--bee', bee, '--log', log], { home: at })
    return at
  }

  async function publish(input: string, at = scene.owner): Promise<Reference> {
    const result = await asOwner(['append', '--publish'], input, at)
    assert.equal(result.code, 0, result.stderr)
    return JSON.parse(result.stdout).publish.head
  }

  /** Moves the head as its owner may: to anything. */
  async function moveHead(from: Reference | undefined, to: Reference): Promise<void> {
    const { registry, chainId, ...id } = parseLogId(scene.log)
    const provider = devnet.rpcUrl
    const names = new RegistryNameSystem({ provider, registry, chainId, signer: signerOf(key), pollMs: 20 })
    await names.publish(id, from, to)
  }

  function failed(result: Result, exitCode: number, code: string): Record<string, unknown> {
    assert.equal(result.code, exitCode, `${result.stdout}${result.stderr}`)
    const { error } = JSON.parse(result.stderr)
    assert.equal(error.code, code)
    return error.details
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-e2e-'))
    devnet = await devnetProcess(join(folder, 'net'))
    key = JSON.parse(await readFile(join(devnet.folder, 'devnet.json'), 'utf8')).accounts[3].privateKey
  })
  beforeEach(async () => {
    const { log, home: owner } = await initOwner(`scene ${topics++}`)
    scene = { log, owner, reader: await initReader(log) }
  })
  after(async () => {
    await devnet.stop()
    await rm(folder, { recursive: true })
  })

  test('a head that is no page', async () => {
    const chunk = makeChunk(new TextEncoder().encode('anything but a page'))
    const headers = { 'content-type': 'application/octet-stream', 'swarm-postage-batch-id': devnet.batch }
    const upload = await fetch(`${devnet.beeUrl}/chunks`, {
      method: 'POST',
      headers,
      body: Buffer.from(chunk.bytes),
    })
    assert.equal(upload.status, 201)
    await moveHead(undefined, chunk.reference)
    failed(await asReader(['cat']), 13, 'INVALID_PAGE')
  })

  test('a head page of another log', async () => {
    const other = await publish('of the other log\n', (await initOwner(`scene ${topics++}`)).home)
    await moveHead(undefined, other)
    assert.equal(failed(await asReader(['cat']), 13, 'INVALID_PAGE').rule, 'log')
  })

  test('a head that nobody has', async () => {
    await moveHead(undefined, 'ab'.repeat(32) as Reference)
    const result = await asReader(['cat'])
    assert.match(result.stderr, /"code":"(NOT_FOUND|UNAVAILABLE)"/)
    assert([10, 11].includes(result.code ?? 0))
  })

  test('a gateway that turns one bit', async () => {
    await publish('some text\n')
    const gateway = await startFaultProxy({ target: devnet.beeUrl, rule: () => ({ flipBit: 800 }) })
    const reader = await initReader(scene.log, { bee: gateway.url })
    failed(await asReader(['cat'], reader), 12, 'CORRUPT')
    gateway.setRule(undefined)
    assert.equal((await cli(['cat'], { home: reader })).stdout, 'some text\n')
    await gateway.stop()
  })

  test('an owner who goes back', async () => {
    const first = await publish('one\n')
    const second = await publish('two\n')
    assert.equal((await asReader(['sync'])).code, 0)
    await moveHead(second, first)
    const details = failed(await asReader(['cat']), 16, 'ROLLBACK')
    assert(Object.values(details).includes(first) && Object.values(details).includes(second))
  })

  test('an owner who replaces what was published', async () => {
    const { second, other } = await rewrite()
    const details = failed(await asReader(['cat']), 15, 'REWRITTEN')
    assert(Object.values(details).includes(second) && Object.values(details).includes(other))
  })

  /** The reader has seen `second`; now `other` stands, which does not extend it. */
  async function rewrite(): Promise<{ second: Reference; other: Reference }> {
    const topic = parseLogId(scene.log).topic
    const first = await publish('one\n')
    const second = await publish('two\n')
    assert.equal((await asReader(['sync'])).code, 0)
    await moveHead(second, first)
    const other = await publish('another two\n', (await initOwner(topic)).home)
    return { second, other }
  }

  test('a chain that dropped the block of what was trusted', async () => {
    const { block } = await rewriteBehind()
    const forked = await startRpcProxy(devnet.rpcUrl, {
      answer: body => body.replaceAll(block, `0x${'ee'.repeat(32)}`),
    })
    await pointTo(scene.reader, forked.url)
    failed(await asReader(['cat']), 18, 'REORG')
    await forked.stop()
  })

  async function rewriteBehind(): Promise<{ block: string }> {
    await rewrite()
    const { block } = JSON.parse((await asReader(['status'])).stdout)
    return { block: block.hash }
  }

  test('a provider that lags behind what was seen', async () => {
    await publish('one\n')
    await asReader(['sync'])
    const lagging = await startRpcProxy(devnet.rpcUrl, {
      request: body => body.replaceAll('"latest"', '"0x1"'),
    })
    await pointTo(scene.reader, lagging.url)
    failed(await asReader(['head']), 17, 'STALE')
    await lagging.stop()
  })

  test('another device that comes first, at the very moment', async () => {
    const { topic } = parseLogId(scene.log)
    let before = async () => {}
    const provider = await startRpcProxy(devnet.rpcUrl, {
      request: async body => {
        if (body.includes('eth_sendRawTransaction')) await before()
        return body
      },
    })
    const late = (await initOwner(topic, { rpc: provider.url })).home
    before = async () => {
      before = async () => {}
      await publish('first\n')
    }
    assert.equal((await asOwner(['append'], 'second\n', late)).code, 0)
    failed(await asOwner(['publish', '--on-conflict', 'fail'], '', late), 14, 'CONFLICT')
    assert.equal((await cli(['cat'], { home: scene.reader })).stdout, 'first\n')
    assert.equal((await asOwner(['publish'], '', late)).code, 0)
    assert.equal((await cli(['cat'], { home: scene.reader })).stdout, 'first\nsecond\n')
    await provider.stop()
  })

  test('a local database that is damaged', async () => {
    await publish('one\n')
    await asReader(['sync'])
    const local = new ClassicLevel<string, Uint8Array>(join(scene.reader, 'local'), { valueEncoding: 'view' })
    await local.put(`${logHash(parseLogId(scene.log))}/anchor`, new Uint8Array([1, 2, 3]))
    await local.close()
    failed(await asReader(['cat']), 25, 'LOCAL_DAMAGED')
    await rm(join(scene.reader, 'local'), { recursive: true })
    assert.equal((await cli(['cat'], { home: scene.reader })).stdout, 'one\n')
  })

  async function pointTo(reader: string, rpc: string): Promise<void> {
    const file = join(reader, 'config.json')
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), rpc }))
  }
})
