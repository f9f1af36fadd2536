import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { CLASSIC_LEVEL_OPTIONS } from '@remote-log/client'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import { ClassicLevel } from 'classic-level'
import { cliHere } from './cli-here.ts'
import { startCli } from './cli-process.ts'

describe('several commands in one home folder', () => {
  let devnet: Devnet
  let folder: string
  let home: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-home-'))
    home = join(folder, 'home')
    devnet = await startDevnet({ folder: join(folder, 'net') })
    const init = ['init', '--devnet', join(folder, 'net'), '--devnet-account', '0', '--topic', 'one home']
    assert.equal((await here(init)).code, 0)
  })
  after(async () => {
    await devnet?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const env = { REMOTE_LOG_PASSWORD: 'secret' }
  const here = (args: readonly string[], input = '') => cliHere(args, { home, env, input })

  /** The local database held open, as by a command that is at work. */
  async function held(note?: object): Promise<() => Promise<void>> {
    const database = new ClassicLevel(join(home, 'local'), CLASSIC_LEVEL_OPTIONS)
    await database.open()
    await writeFile(join(home, 'holder.json'), JSON.stringify(note ?? {}))
    return () => database.close()
  }

  test('tail -f and append behind an open pipe run on while others append, publish and read', async () => {
    const tail = startCli(['tail', '-n', '10', '-f', '--interval', '20'], { home, env })
    const pipe = startCli(['append'], { home, env })
    pipe.stdin.write('from the pipe\n')
    const lines = createInterface({ input: tail.stdout })[Symbol.asyncIterator]()
    let published = 0
    // The pipe's line is there when its process has come to it; nothing says when that is.
    while (published < 2) {
      assert.equal((await here(['append'], 'from beside\n')).code, 0)
      const { code, stdout } = await here(['publish', '--json'])
      assert.equal(code, 0)
      published = (JSON.parse(stdout) as { published: number }).published
      if (!(await here(['cat'])).stdout.includes('from the pipe')) published = 0
    }
    const seen = new Set<string>()
    while (seen.size < 2) seen.add((await lines.next()).value as string)
    assert.deepEqual([...seen].sort(), ['from beside', 'from the pipe'])
    pipe.stdin.end('the last one\n')
    assert.deepEqual(await once(pipe, 'exit'), [0, null])
    tail.kill('SIGINT')
    await once(tail, 'exit')
    const { stdout } = await here(['cat'])
    assert.ok(stdout.endsWith('the last one\n'))
    await assert.rejects(readFile(join(home, 'holder.json')), { code: 'ENOENT' })
  })

  test('a command waits for the one that has the folder, and names it where it takes too long', async () => {
    const release = await held({ pid: process.pid, command: 'publish', since: 0 })
    const refused = await here(['status', '--lock-timeout', '0s', '--json'])
    assert.equal(refused.code, 24)
    const { error } = JSON.parse(refused.stderr) as {
      error: { code: string; message: string; remedy: string }
    }
    assert.equal(error.code, 'LOCKED')
    assert.equal(error.message, `remote-log publish (process ${process.pid}) uses this home folder`)
    assert.match(error.remedy, /--lock-timeout/)
    const waiting = here(['append', '--lock-timeout', '10m'], 'it had time\n')
    await release()
    assert.equal((await waiting).code, 0)
    assert.match((await here(['cat'])).stdout, /it had time\n$/)
  })

  test('the note of a process that is gone names nobody', async () => {
    const release = await held({ pid: 2 ** 30, command: 'sync', since: 0 })
    const { code, stderr } = await here(['cat', '--lock-timeout', '0s'])
    assert.equal(code, 24)
    assert.match(stderr, /another process uses this home folder/)
    await release()
  })

  test('what is only here is said, and damage in the files of the database, until it is accepted', async () => {
    await here(['append'], 'only here\n')
    const status = await here(['status', '--json'])
    const { atRisk } = JSON.parse(status.stdout) as { atRisk: { entries: number; firstSeq: number } }
    assert.ok(atRisk.entries > 0 && atRisk.firstSeq > 0)
    assert.match(
      (await here(['status'])).stdout,
      new RegExp(`only here +.*from ${atRisk.firstSeq} on.*publish them`),
    )
    const folder = join(home, 'local')
    const log = (await readdir(folder)).find(name => name.endsWith('.log'))!
    const bytes = await readFile(join(folder, log))
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(join(folder, log), bytes)
    for (const command of ['status', 'cat', 'publish']) {
      const { code, stderr } = await here([command])
      assert.equal(code, 25, stderr)
      assert.match(stderr, /writes are lost/)
    }
    assert.equal((await here(['forget', '--drop-damaged'])).code, 0)
    assert.equal((await here(['status'])).code, 0)
    assert.match((await here(['cat'])).stdout, /from beside/)
  })
})
