import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { cliHere, jsonHere } from './cli-here.ts'
import { devnetProcess, ended, type RunningDevnet, startCli } from './cli-process.ts'

const PASSWORD = { REMOTE_LOG_PASSWORD: 'correct horse' }

/** Resolves once LevelDB's log in this home holds something: its owner holds the database as long as it runs. */
async function written(home: string): Promise<void> {
  const folder = join(home, 'local')
  for (;;) {
    const files = await readdir(folder).catch(() => [])
    const logs = files.filter(name => name.endsWith('.log')).map(name => stat(join(folder, name)))
    if ((await Promise.all(logs)).some(({ size }) => size > 0)) return
    await setTimeout(10)
  }
}

describe('ending a command', () => {
  let folder: string
  let devnet: RunningDevnet
  let home: string
  /** What spares the second that a key file takes on purpose. */
  let keys: readonly { readonly REMOTE_LOG_KEY: string }[]
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-e2e-'))
    devnet = await devnetProcess(join(folder, 'net'))
    home = join(folder, 'alice')
    const { accounts } = JSON.parse(await readFile(join(devnet.folder, 'devnet.json'), 'utf8'))
    keys = accounts.map(({ privateKey }: { privateKey: string }) => ({ REMOTE_LOG_KEY: privateKey }))
    const init = ['init', '--devnet', devnet.folder, '--topic', 'signals', '--no-key-file']
    await jsonHere(init, { home, env: keys[0]! })
    const input = `${'a line that fills the pipe\n'.repeat(20_000)}`
    assert.equal((await cliHere(['append', '--publish'], { home, env: keys[0]!, input })).code, 0)
  })
  after(async () => {
    await devnet.stop()
    await rm(folder, { recursive: true })
  })

  test('cat | head ends quietly', async () => {
    const child = startCli(['cat'], { home })
    const result = once(child, 'close')
    let errors = ''
    child.stderr.on('data', piece => {
      errors += piece
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    assert.deepEqual(await result, [0, null])
    assert.equal(errors, '')
  })

  test('tail -f ends when nobody reads it any more', async () => {
    const child = startCli(['tail', '-n', '1', '-f', '--interval', '50'], { home })
    const result = once(child, 'close')
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const input = 'wakes the reader\n'
    const other = join(folder, 'other')
    const init = ['init', '--devnet', devnet.folder, '--topic', 'signals', '--no-key-file']
    await jsonHere(init, { home: other, env: keys[0]! })
    assert.equal((await cliHere(['append', '--publish'], { home: other, env: keys[0]!, input })).code, 0)
    assert.deepEqual(await result, [0, null])
  })

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} while appending keeps what came before, and ends with ${code}`, async () => {
      const own = await mkdtemp(join(folder, 'home-'))
      const init = ['init', '--devnet', devnet.folder, '--topic', signal, '--no-key-file']
      await jsonHere(init, { home: own, env: keys[1]! })
      const child = startCli(['append', '--json'], { home: own })
      const result = ended(child)
      child.stdin.write('kept\n')
      await written(own)
      child.kill(signal)
      const { code: exit, stdout, stderr } = await result
      assert.deepEqual([exit, JSON.parse(stdout).entries], [code, 1])
      assert.equal(JSON.parse(stderr).error.code, 'ABORTED')
      assert.equal((await cliHere(['cat', '--offline'], { home: own })).stdout, 'kept\n')
    })
  }

  test('the devnet ends by SIGINT with exit code 0 and leaves no process behind', async () => {
    const net = await devnetProcess(join(folder, 'short'))
    const { code, stderr } = await net.stop()
    assert.deepEqual([code, stderr], [0, ''])
    for (const url of [net.rpcUrl, net.beeUrl]) await assert.rejects(fetch(url), { name: 'TypeError' })
  })

  test('a devnet in memory is found through a folder of its own, which goes with it', async () => {
    const child = startCli(['devnet', '--json'])
    const result = ended(child)
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const { folder: notes, accounts } = JSON.parse(line)
    const own = join(folder, 'memory')
    const init = ['init', '--devnet', notes, '--devnet-account', '1', '--topic', 'memory']
    const { owner } = await jsonHere<{ owner: string }>(init, { home: own, env: PASSWORD })
    assert.equal(owner, accounts[1])
    assert.equal((await cliHere(['append', '--publish'], { home: own, env: PASSWORD, input: 'x\n' })).code, 0)
    assert.doesNotMatch(line, /[0-9a-f]{64}.*[0-9a-f]{64}/, 'the batch, and no private key')
    child.kill('SIGINT')
    const { code, stderr } = await result
    assert.deepEqual([code, stderr], [0, ''])
    await assert.rejects(stat(notes), { code: 'ENOENT' })
  })
})
