import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type LogId, parseLogId } from '@remote-log/core'
import { gatewaysOf, makeHome, readConfig, resolveNetwork, writeConfig } from '../src/config.ts'
import { DEVNET_FILE, locateDevnetFile } from '../src/devnet-file.ts'
import { type Home, homeAt } from '../src/home.ts'

const log: LogId = parseLogId(
  `remotelog:31337/0x${'11'.repeat(20)}/0x${'22'.repeat(20)}/0x${'33'.repeat(32)}`,
)
const explicit = { rpc: 'http://127.0.0.1:1', bee: 'http://127.0.0.1:2', batch: 'ab'.repeat(32) }

describe('the configuration of a log', () => {
  let folder: string
  let home: Home
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-test-'))
  })
  beforeEach(async () => {
    home = homeAt(await mkdtemp(join(folder, 'home-')), {})
  })
  after(() => rm(folder, { recursive: true }))

  test('the home folder: option, environment, default', () => {
    assert.equal(homeAt('/a', { REMOTE_LOG_HOME: '/b' }).folder, '/a')
    assert.equal(homeAt(undefined, { REMOTE_LOG_HOME: '/b' }).folder, '/b')
    assert.match(homeAt(undefined, {}).folder, /\.remote-log$/)
  })

  test('is read as it was written, and never overwritten', async () => {
    await writeConfig(home, { log, role: 'writer', network: explicit })
    assert.deepEqual(await readConfig(home), { log, role: 'writer', network: explicit })
    const before = await readFile(home.config, 'utf8')
    await assert.rejects(writeConfig(home, { log, role: 'reader', network: { devnet: '/x' } }), {
      code: 'INVALID_ARGUMENT',
    })
    assert.equal(await readFile(home.config, 'utf8'), before)
  })

  test('several gateways: the node first, and one alone as before', async () => {
    const gateways = ['https://one.example', 'https://two.example']
    await writeConfig(home, { log, role: 'reader', network: { ...explicit, gateways } })
    const network = await resolveNetwork(await readConfig(home))
    assert.deepEqual(gatewaysOf(network), [explicit.bee, ...gateways])
    assert.deepEqual(gatewaysOf(explicit), [explicit.bee])
    const text = await readFile(home.config, 'utf8')
    for (const wrong of ['"https://one.example"', '[1]', '["ftp://x"]']) {
      await writeFile(home.config, text.replace(/("gateways": )\[[^\]]*\]/, `$1${wrong}`))
      await assert.rejects(readConfig(home), { code: 'INVALID_ARGUMENT' }, wrong)
    }
  })

  test('what proves an upload is kept, and a word that is none is refused', async () => {
    const config = { log, role: 'writer', evidence: 'sample', readBack: 'http://127.0.0.1:3' } as const
    await writeConfig(home, { ...config, network: explicit })
    assert.deepEqual(await readConfig(home), { ...config, network: explicit })
    const text = await readFile(home.config, 'utf8')
    for (const [from, to] of [
      ['"sample"', '"most"'],
      ['"http://127.0.0.1:3"', '"ftp://x"'],
    ] as const) {
      await writeFile(home.config, text.replace(from, to))
      await assert.rejects(readConfig(home), { code: 'INVALID_ARGUMENT' }, to)
    }
  })

  test('the home folder is for its owner alone', async () => {
    const fresh = homeAt(join(folder, 'fresh'), {})
    await makeHome(fresh)
    await writeConfig(fresh, { log, role: 'writer', network: explicit })
    assert.equal((await stat(fresh.folder)).mode & 0o777, 0o700)
  })

  test('a devnet is looked up each time: its ports change', async () => {
    const net = join(home.folder, 'net')
    await mkdir(net)
    const facts = { chainId: 31337, registry: log.registry, batch: 'cd'.repeat(32), accounts: [] }
    const start = (port: number) => {
      const urls = { rpcUrl: `http://127.0.0.1:${port}`, beeUrl: `http://127.0.0.1:${port + 1}` }
      return writeFile(join(net, DEVNET_FILE), JSON.stringify({ ...facts, ...urls }))
    }
    const devnet = await locateDevnetFile(net)
    await writeConfig(home, { log, role: 'reader', network: { devnet } })
    const config = await readConfig(home)
    for (const port of [10, 20]) {
      await start(port)
      const network = {
        rpc: `http://127.0.0.1:${port}`,
        bee: `http://127.0.0.1:${port + 1}`,
        batch: facts.batch,
      }
      assert.deepEqual(await resolveNetwork(config), network)
    }
    await rm(devnet)
    await assert.rejects(resolveNetwork(config), { code: 'NOT_FOUND' })
  })

  test('says what is wrong with a damaged one', async () => {
    await assert.rejects(readConfig(home), { code: 'NOT_FOUND', message: /remote-log init/ })
    for (const text of ['', '[]', '{"version":2}', '{"version":1}', '{"version":1,"log":"remotelog:1"}']) {
      await writeFile(home.config, text)
      await assert.rejects(readConfig(home), { code: 'INVALID_ARGUMENT' }, text)
    }
  })
})
