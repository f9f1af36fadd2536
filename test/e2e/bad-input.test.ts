import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { cliHere as cli, jsonHere as cliJson } from './cli-here.ts'
import { devnetProcess, type Result, type RunningDevnet } from './cli-process.ts'

const PASSWORD = { REMOTE_LOG_PASSWORD: 'correct horse' }

/** The command failed with this class of error, said so on stderr, and printed nothing else. */
function failed(
  result: Result,
  exitCode: number,
  code: string,
): { message: string; details: Record<string, unknown> } {
  assert.equal(result.code, exitCode, `${result.stdout}${result.stderr}`)
  assert.equal(result.stdout, '')
  const { error } = JSON.parse(result.stderr)
  assert.equal(error.code, code)
  assert.doesNotMatch(result.stderr, /correct horse|\n.*\n/)
  return error
}

describe('bad input', () => {
  let folder: string
  let devnet: RunningDevnet
  let log: string
  let html: Server
  let htmlUrl: string
  const homes = { alice: '', bob: '' }
  const fresh = () => mkdtemp(join(folder, 'home-'))
  const alice = (args: string[], input = '') =>
    cli([...args, '--json'], { home: homes.alice, env: PASSWORD, input })
  const bob = (args: string[]) => cli([...args, '--json'], { home: homes.bob })

  /** A reader whose configuration differs in some fields. */
  async function readerWith(change: { rpc?: string; bee?: string; log?: string }): Promise<string> {
    const home = await fresh()
    const { rpc = devnet.rpcUrl, bee = devnet.beeUrl, log: id = log } = change
    await cliJson(['init', '--rpc', rpc, '--bee', bee, '--log', id], { home })
    return home
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-e2e-'))
    devnet = await devnetProcess(join(folder, 'net'))
    homes.alice = await fresh()
    homes.bob = await fresh()
    const init = ['init', '--devnet', devnet.folder, '--devnet-account', '0', '--topic', 'bad']
    log = (await cliJson<{ log: string }>(init, { home: homes.alice, env: PASSWORD })).log
    const lines = Array.from({ length: 100 }, (_, i) => `${i} ${'y'.repeat(200)}`).join('\n')
    assert.equal((await alice(['append', '--publish'], lines)).code, 0)
    await cliJson(['init', '--devnet', devnet.folder, '--log', log], { home: homes.bob })
    html = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<html><body>Please log in</body></html>')
    }).listen(0, '127.0.0.1')
    await once(html, 'listening')
    htmlUrl = `http://127.0.0.1:${(html.address() as AddressInfo).port}`
  })
  after(async () => {
    html.closeAllConnections()
    html.close()
    await devnet.stop()
    await rm(folder, { recursive: true })
  })

  for (const args of [
    ['explode'],
    ['cat', '--explode'],
    ['cat', '--from', 'x'],
    ['cat', '--entry', '1', '--at', '5'],
    ['cat', '--at', 'yesterday'],
    ['sync', '--byte-budget', 'much'],
    ['init'],
    ['init', '--topic', 'x'],
    ['init', '--topic', 'x', '--devnet', '/nowhere', '--rpc', 'http://127.0.0.1:1'],
    ['init', '--log', 'remotelog:1', '--rpc', 'http://127.0.0.1:1', '--bee', 'http://127.0.0.1:1'],
    ['append', '--jsonl', '--whole'],
    ['devnet', '--bee-port', '70000'],
  ]) {
    test(`remote-log ${args.join(' ')}: wrong usage`, async () => {
      failed(await cli([...args, '--json'], { home: await fresh() }), 2, 'INVALID_ARGUMENT')
    })
  }

  test('errors for people: a message and a remedy, no stack trace', async () => {
    const { code, stdout, stderr } = await cli(['cat'], { home: await fresh() })
    assert.deepEqual([code, stdout], [10, ''])
    assert.match(stderr, /^remote-log: there is no log in .*remote-log init.*\n {2}\S.*\n$/)
    const debug = await cli(['cat'], { home: await fresh(), env: { REMOTE_LOG_DEBUG: '1' } })
    assert.match(debug.stderr, /\n {4}at /)
  })

  test('a second init overwrites nothing', async () => {
    const before = await Promise.all(
      (await readdir(homes.alice))
        .filter(name => name.endsWith('.json'))
        .map(name => readFile(join(homes.alice, name), 'utf8')),
    )
    const init = ['init', '--devnet', devnet.folder, '--devnet-account', '1', '--topic', 'other']
    failed(await alice(init), 2, 'INVALID_ARGUMENT')
    const after = await Promise.all(
      (await readdir(homes.alice))
        .filter(name => name.endsWith('.json'))
        .map(name => readFile(join(homes.alice, name), 'utf8')),
    )
    assert.deepEqual(after, before)
  })

  test('a wrong password', async () => {
    const env = { REMOTE_LOG_PASSWORD: 'wrong horse' }
    const input = 'x\n'
    failed(
      await cli(['append', '--publish', '--json'], { home: homes.alice, env, input }),
      26,
      'WRONG_PASSWORD',
    )
    const without = await cli(['publish', '--json'], { home: homes.alice })
    assert.match(failed(without, 2, 'INVALID_ARGUMENT').message, /REMOTE_LOG_PASSWORD/)
  })

  test('a key that is not the owner of the log', async () => {
    const env = { REMOTE_LOG_KEY: `0x${'11'.repeat(32)}` }
    const result = await cli(['publish', '--json'], { home: homes.alice, env })
    assert.doesNotMatch(result.stderr, /1{20}/)
    failed(result, 2, 'INVALID_ARGUMENT')
  })

  test('writing without a key', async () => {
    failed(await bob(['append']), 23, 'READ_ONLY')
    failed(await bob(['publish']), 23, 'READ_ONLY')
  })

  test('an entry that is not there', async () => {
    failed(await bob(['cat', '--entry', '100']), 10, 'NOT_FOUND')
    failed(await bob(['cat', '--at', '4000000000000']), 10, 'NOT_FOUND')
  })

  test('a file that is not there, or a folder', async () => {
    failed(await alice(['append', join(folder, 'missing')]), 10, 'NOT_FOUND')
    failed(await alice(['append', folder]), 2, 'INVALID_ARGUMENT')
  })

  test('a line that is no JSON', async () => {
    const error = failed(await alice(['append', '--jsonl'], '"fine"\n{broken\n'), 2, 'INVALID_ARGUMENT')
    assert.match(error.message, /^line 2: /)
  })

  test('a chain that is another', async () => {
    const home = await readerWith({ log: log.replace(`:${devnet.chainId}/`, ':5/') })
    const error = failed(await cli(['cat', '--json'], { home }), 20, 'WRONG_CHAIN')
    assert.match(error.message, /5/)
  })

  test('a registry address without code', async () => {
    const nobody = `0x${'9'.repeat(40)}`
    const home = await readerWith({ log: log.replace(devnet.registry, nobody) })
    const { message, details } = failed(await cli(['head', '--json'], { home }), 21, 'NO_CONTRACT')
    assert.match(`${message}${JSON.stringify(details)}`, new RegExp(nobody))
  })

  test('nobody there', async () => {
    const home = await readerWith({ rpc: 'http://127.0.0.1:9' })
    failed(await cli(['cat', '--json'], { home }), 11, 'UNAVAILABLE')
  })

  test('a provider and a gateway that answer HTML', async () => {
    failed(await cli(['cat', '--json'], { home: await readerWith({ rpc: htmlUrl }) }), 11, 'UNAVAILABLE')
    const result = await cli(['cat', '--json'], { home: await readerWith({ bee: htmlUrl }) })
    assert.notEqual(result.code, 0)
    assert.match(result.stderr, /"code":"(UNAVAILABLE|CORRUPT)"/)
  })

  test('a gateway that answers 500', async () => {
    const broken = createServer((_request, response) => response.writeHead(500).end()).listen(0, '127.0.0.1')
    await once(broken, 'listening')
    const home = await readerWith({ bee: `http://127.0.0.1:${(broken.address() as AddressInfo).port}` })
    failed(await cli(['cat', '--json'], { home }), 11, 'UNAVAILABLE')
    broken.closeAllConnections()
    broken.close()
  })

  test('a batch that does not exist: nothing is lost', async () => {
    const home = await fresh()
    const { rpcUrl, beeUrl, registry, chainId } = devnet
    const key = JSON.parse(await readFile(join(devnet.folder, 'devnet.json'), 'utf8')).accounts[2].privateKey
    const env = { ...PASSWORD, REMOTE_LOG_KEY: key }
    const init = [
      'init',
      '--rpc',
      rpcUrl,
      '--bee',
      beeUrl,
      '--registry',
      registry,
      '--chain-id',
      String(chainId),
    ]
    await cliJson([...init, '--topic', 'x', '--batch', 'ab'.repeat(32)], { home, env })
    const { stdout: appended, ...result } = await cli(['append', '--publish', '--json'], {
      home,
      env,
      input: 'kept\n',
    })
    assert.equal(JSON.parse(appended).entries, 1)
    failed({ ...result, stdout: '' }, 19, 'REFUSED')
    const { stdout } = await cli(['cat', '--offline'], { home, env })
    assert.equal(stdout, 'kept\n')
  })

  test('a sync within a budget says what is missing', async () => {
    const home = await readerWith({})
    const planned = await cli(['sync', '--plan', '--json'], { home })
    const plan = JSON.parse(planned.stdout)
    assert.deepEqual([planned.code, plan.pages, plan.missingPages], [0, plan.sealedPages, plan.sealedPages])
    assert.match(
      (await cli(['sync', '--plan'], { home })).stdout,
      /^would read \d+ of \d+ pages? \(\d+ missing here\)/,
    )
    const result = await cli(['sync', '--byte-budget', '5000', '--json'], { home })
    assert.equal(result.code, 22, result.stderr)
    const statement = JSON.parse(result.stdout)
    assert.equal(statement.complete, false)
    assert(statement.missing.length > 0)
    assert.equal((await cli(['sync', '--json'], { home })).code, 0)
  })

  test('two devices with one key: the second one appends behind the first', async () => {
    const other = await fresh()
    const init = ['init', '--devnet', devnet.folder, '--devnet-account', '0', '--topic', 'bad']
    await cliJson(init, { home: other, env: PASSWORD })
    await cliJson(['sync'], { home: other })
    assert.equal((await alice(['append', '--publish'], 'first\n')).code, 0)
    assert.equal((await cli(['append'], { home: other, env: PASSWORD, input: 'second\n' })).code, 0)
    assert.equal((await cli(['publish', '--json'], { home: other, env: PASSWORD })).code, 0)
    assert.match((await cli(['tail', '-n', '2'], { home: homes.bob })).stdout, /^first\nsecond\n$/)
  })

  test('a configuration that was cut', async () => {
    const home = await readerWith({})
    await writeFile(join(home, 'config.json'), '{"version":1,')
    failed(await cli(['cat', '--json'], { home }), 2, 'INVALID_ARGUMENT')
  })
})
