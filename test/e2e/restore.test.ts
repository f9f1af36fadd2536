import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseLogId } from '@remote-log/core'
import {
  type Devnet,
  type FaultProxy,
  type FaultRule,
  startDevnet,
  startFaultProxy,
} from '@remote-log/devnet'
import { RegistryNameSystem } from '@remote-log/ethereum'
import { cliHere, jsonHere } from './cli-here.ts'

/** Its first account is the devnet's. */
const PHRASE = 'test test test test test test test test test test test junk'

describe('a device that lost everything but its seed phrase goes on where it was', () => {
  let folder: string
  let phraseFile: string
  let net: Devnet
  let bee: FaultProxy
  let rpc: FaultProxy
  let log = ''
  const said: string[] = []
  const at = (name: string) => ({ home: join(folder, name) })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-restore-'))
    net = await startDevnet()
    bee = await startFaultProxy({ target: net.beeUrl })
    rpc = await startFaultProxy({ target: net.rpcUrl })
    phraseFile = join(folder, 'phrase')
    await writeFile(phraseFile, `${PHRASE}\n`)
  })
  after(async () => {
    await Promise.all([bee.stop(), rpc.stop()])
    await net.stop()
    await rm(folder, { recursive: true })
  })

  async function run(name: string, args: readonly string[], input?: string) {
    const result = await cliHere(args, { ...at(name), ...(input !== undefined && { input }) })
    said.push(result.stdout, result.stderr)
    return result
  }

  /** Sets a home up from the phrase, as a new device would: no key file, so that only the phrase is there. */
  async function restore(name: string): Promise<void> {
    const place = ['--rpc', rpc.url, '--bee', bee.url, '--batch', net.batch]
    const what = ['--registry', net.registry, '--chain-id', String(net.chainId), '--topic', 'diary']
    const args = ['init', ...place, ...what, '--mnemonic-file', phraseFile, '--json', '--no-key-file']
    const made = await run(name, args)
    assert.equal(made.code, 0, made.stderr)
    log = (JSON.parse(made.stdout) as { log: string }).log
    assert.equal(parseLogId(log).owner, net.accounts[0]!.address)
  }

  const signed = (name: string) => ({ ...at(name), env: { REMOTE_LOG_MNEMONIC: PHRASE } })

  async function publish(name: string, ...lines: string[]): Promise<number | null> {
    const input = lines.map(line => `${line}\n`).join('')
    const args = lines.length > 0 ? ['append', '--publish'] : ['publish']
    const result = await cliHere(args, { ...signed(name), input })
    said.push(result.stdout, result.stderr)
    return result.code
  }

  async function headOnChain(): Promise<string | undefined> {
    const { chainId, registry, ...key } = parseLogId(log)
    return (await new RegistryNameSystem({ provider: net.rpcUrl, chainId, registry }).head(key)).head
  }

  /** What somebody reads who never read it before. */
  async function published(): Promise<string> {
    const home = join(folder, `reader ${said.length}`)
    await jsonHere(['init', '--rpc', net.rpcUrl, '--bee', net.beeUrl, '--log', log], { home })
    return (await cliHere(['cat'], { home })).stdout
  }

  async function wipe(name: string): Promise<void> {
    await rm(join(folder, name), { recursive: true })
    await mkdir(join(folder, name))
  }

  test('wipe, restore, append, publish: the old entries are read first, the new ones stand behind', async () => {
    await restore('device')
    assert.equal(await publish('device', 'one', 'two'), 0)
    await wipe('device')
    await restore('device')
    const statement = JSON.parse((await run('device', ['sync', '--json'])).stdout) as Record<string, unknown>
    assert.deepEqual([statement.complete, statement.entries], [true, 2])
    assert.equal(await publish('device', 'three'), 0)
    await wipe('device')
    await restore('device')
    assert.equal(await publish('device', 'four'), 0, 'without a sync before')
    assert.equal(await published(), 'one\ntwo\nthree\nfour\n')
  })

  test('while it was restored, another device published: its entries go behind those', async () => {
    await wipe('device')
    await restore('device')
    await run('device', ['append'], 'from the restored one\n')
    await restore('other')
    assert.equal(await publish('other', 'from another device'), 0)
    assert.equal(await publish('device'), 0)
    assert.equal(await publish('other', 'and again'), 0)
    assert.match(await published(), /four\nfrom another device\nfrom the restored one\nand again\n$/)
  })

  test('where it can’t see what there is, it publishes nothing: absent and cannot tell are no empty log', async () => {
    await wipe('device')
    await restore('device')
    await run('device', ['append'], 'patience\n')
    const head = await headOnChain()
    const before = await published()
    const lost: FaultRule = ({ method, path }) =>
      method === 'GET' && path.includes(head!)
        ? { answer: { status: 404, headers: { 'content-type': 'application/json' }, body: '{"code":404}' } }
        : undefined
    const html: FaultRule = () => ({ answer: { status: 200, body: '<html>' } })
    for (const [what, proxy, rule, code] of [
      ['a store that has not got the head page', bee, lost, 10],
      ['a chain that answers HTML', rpc, html, 11],
    ] as const) {
      proxy.setRule(rule)
      assert.equal(await publish('device'), code, what)
      assert.equal(await publish('device', 'more'), code, what)
      proxy.setRule(undefined)
      assert.equal(await headOnChain(), head, what)
    }
    assert.equal(await publish('device'), 0)
    assert.equal(await published(), `${before}patience\n${'more\n'.repeat(2)}`)
  })

  test('the phrase is nowhere: not in what was printed, not in what is kept', async () => {
    const wrong = await cliHere(
      [
        'init',
        '--topic',
        'x',
        '--mnemonic-file',
        '-',
        '--rpc',
        rpc.url,
        '--bee',
        bee.url,
        '--registry',
        net.registry,
        '--chain-id',
        '31337',
        '--json',
      ],
      { ...at('wrong'), input: `${PHRASE} extra` },
    )
    assert.equal(wrong.code, 2)
    said.push(wrong.stdout, wrong.stderr)
    assert.ok(said.length > 20)
    for (const text of said) assert.ok(!/test test|junk|extra/.test(text), text)
    for (const name of ['device', 'other']) {
      const files = await readdir(join(folder, name), { recursive: true, withFileTypes: true })
      for (const file of files.filter(file => file.isFile()))
        assert.ok(!(await readFile(join(file.parentPath, file.name), 'latin1')).includes('junk'), file.name)
    }
  })

  test('a phrase that comes by standard input, and another account of it', async () => {
    const args = [
      'init',
      '--rpc',
      rpc.url,
      '--bee',
      bee.url,
      '--registry',
      net.registry,
      '--chain-id',
      '31337',
    ]
    const more = ['--topic', 'x', '--mnemonic-file', '-', '--account', '1', '--no-key-file']
    const made = await jsonHere<{ owner: string }>([...args, ...more], { ...at('second'), input: PHRASE })
    assert.equal(made.owner, net.accounts[1]!.address)
    const config = JSON.parse(await readFile(join(folder, 'second', 'config.json'), 'utf8')) as {
      account: number
    }
    assert.equal(config.account, 1)
  })
})
