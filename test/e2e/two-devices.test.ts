import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { cliHere, jsonHere } from './cli-here.ts'
import { cli, cliJson, devnetProcess, jsonLines, type RunningDevnet, startCli } from './cli-process.ts'

const PASSWORD = { REMOTE_LOG_PASSWORD: 'correct horse' }

interface EntryLine {
  readonly seq: number
  readonly timestamp: number
  readonly id: string
  readonly length: number
  readonly published: boolean
  readonly text?: string
  readonly base64?: string
  readonly reference?: string
}

describe('a log written by one process is read by another', () => {
  let folder: string
  let devnet: RunningDevnet
  let log: string
  const home = (name: string) => join(folder, name)
  /** Processes of their own where that is what matters; all else runs in this one. */
  const [aliceAlone, bobAlone] = [{ home: '', env: PASSWORD }, { home: '' }]
  let key: string
  const alice = (args: string[], input = '') =>
    cliHere(args, { home: aliceAlone.home, env: { REMOTE_LOG_KEY: key }, input })
  const bob = (args: string[]) => cliHere(args, bobAlone)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-e2e-'))
    devnet = await devnetProcess(join(folder, 'net'))
    key = JSON.parse(await readFile(join(devnet.folder, 'devnet.json'), 'utf8')).accounts[0].privateKey
    aliceAlone.home = home('alice')
    bobAlone.home = home('bob')
    const init = ['init', '--devnet', devnet.folder, '--devnet-account', '0', '--topic', 'e2e']
    log = (await cliJson<{ log: string }>(init, aliceAlone)).log
    await cliJson(['init', '--devnet', devnet.folder, '--log', log], bobAlone)
  })
  after(async () => {
    await devnet.stop()
    await rm(folder, { recursive: true })
  })

  test('nothing is there before the first publish', async () => {
    const head = await jsonHere<{ head: null }>(['head'], bobAlone)
    assert.equal(head.head, null)
    assert.deepEqual(await bob(['cat']), { code: 0, signal: null, stdout: '', stderr: '' })
  })

  test('lines from standard input', async () => {
    const input = 'one\n\nthree without a line feed'
    const appended = await cli(['append', '--publish', '--json'], { ...aliceAlone, input })
    assert.equal(appended.stderr, '')
    const { entries, first, last, ids, publish } = JSON.parse(appended.stdout)
    assert.deepEqual([entries, first, last, ids.length], [3, 0, 2, 3])
    assert.equal(ids[0], createHash('sha256').update('one').digest('hex'))
    assert.equal(publish.unchanged, false)
    assert.deepEqual(await cli(['cat'], bobAlone), {
      code: 0,
      signal: null,
      stdout: 'one\n\nthree without a line feed\n',
      stderr: '',
    })
  })

  test('appended is not published, and a second publish changes nothing', async () => {
    assert.equal(JSON.parse((await alice(['append', '--json'], 'four\n')).stdout).first, 3)
    assert.equal((await bob(['tail', '-n', '1'])).stdout, 'three without a line feed\n')
    const local = jsonLines<EntryLine>((await alice(['tail', '-n', '1', '--json'])).stdout)
    assert.deepEqual([local[0]?.seq, local[0]?.published, local[0]?.text], [3, false, 'four'])
    assert.equal(JSON.parse((await alice(['publish', '--json'])).stdout).unchanged, false)
    assert.equal(JSON.parse((await alice(['publish', '--json'])).stdout).unchanged, true)
    assert.equal((await bob(['tail', '-n', '1'])).stdout, 'four\n')
  })

  test('a file of many pages, byte for byte, lines and whole', async () => {
    const lines = join(folder, 'lines')
    const text = Array.from({ length: 3000 }, (_, i) => `line ${i} ${'x'.repeat(i % 200)}`).join('\n')
    await writeFile(lines, `${text}\n`)
    const whole = join(folder, 'whole')
    const bytes = randomBytes(100_000)
    await writeFile(whole, bytes)
    const { first, last } = JSON.parse((await alice(['append', lines, '--json'])).stdout)
    assert.deepEqual([first, last], [4, 3003])
    assert.equal((await alice(['append', '--whole', whole, '--publish'])).code, 0)
    const statement = JSON.parse((await bob(['sync', '--json'])).stdout)
    assert.deepEqual([statement.complete, statement.entries], [true, 3005])
    const read = await bob(['cat', '--from', '4', '--to', '3004'])
    assert.equal(read.stdout, await readFile(lines, 'utf8'))
    const [entry] = jsonLines<EntryLine>((await bob(['cat', '--entry', '3004', '--json'])).stdout)
    assert.equal(entry?.length, 100_000)
    assert.equal(entry?.base64, bytes.toString('base64'))
    assert.match(entry?.reference ?? '', /^[0-9a-f]{64}$/)
  })

  test('what was synced is there without a network', async () => {
    const read = await bob(['cat', '--offline', '--to', '4'])
    assert.equal(read.stdout, 'one\n\nthree without a line feed\nfour\n')
  })

  test('entries by number, by time, backwards', async () => {
    const stamped = [1, 2, 3].map(n => JSON.stringify({ text: `at ${n}`, timestamp: 4e12 + n })).join('\n')
    const refused = await alice(['append', '--jsonl', '--json'], stamped)
    assert.equal(refused.code, 2, 'a time far in the future would blunt every search by time')
    assert.equal((await bob(['cat', '--entry', '0'])).stdout, 'one\n')
    assert.equal((await bob(['cat', '--reverse', '--to', '2'])).stdout, '\none\n')
    const [first] = jsonLines<EntryLine>((await bob(['cat', '--to', '1', '--json'])).stdout)
    const at = await bob(['cat', '--at', String(first?.timestamp)])
    assert.equal(at.stdout, 'one\n')
  })

  test('append --jsonl reads what cat --jsonl prints', async () => {
    const copy = home('copy')
    const env = { REMOTE_LOG_KEY: key }
    const init = ['init', '--devnet', devnet.folder, '--topic', 'copy', '--no-key-file']
    await jsonHere(init, { home: copy, env })
    const printed = (await bob(['cat', '--jsonl', '--to', '20'])).stdout
    const appended = await cliHere(['append', '--jsonl', '--publish'], { home: copy, env, input: printed })
    assert.equal(appended.code, 0)
    const again = (await cliHere(['cat', '--jsonl'], { home: copy })).stdout
    assert.deepEqual(jsonLines(again), jsonLines(printed))
  })

  test('tail --follow prints what is published while it runs', async () => {
    await alice(['append', '--publish'], 'the last so far\n')
    const following = startCli(['tail', '-n', '1', '-f', '--interval', '50'], bobAlone)
    const lines = createInterface({ input: following.stdout })[Symbol.asyncIterator]()
    assert.equal((await lines.next()).value, 'the last so far')
    await alice(['append', '--publish'], 'news\n')
    assert.equal((await lines.next()).value, 'news')
    following.kill('SIGINT')
    assert.deepEqual(await once(following, 'close'), [130, null])
  })

  test('status and verify', async () => {
    const status = JSON.parse((await alice(['status', '--json'])).stdout)
    assert.equal(status.log, log)
    const verified = JSON.parse((await bob(['verify', '--json'])).stdout)
    assert.equal(verified.entries, 3007)
    assert.equal((await bob(['verify'])).code, 0)
  })

  test('forget drops what is kept, not what is unsent, and a sync brings the rest back', async () => {
    const { entries } = JSON.parse((await bob(['sync', '--json'])).stdout)
    assert.equal((await bob(['forget'])).code, 0)
    const forgotten = JSON.parse((await bob(['status', '--json'])).stdout)
    assert.equal(forgotten.head, null)
    assert.equal(JSON.parse((await bob(['sync', '--json'])).stdout).fresh, entries)
    await alice(['append'], 'unsent\n')
    assert.deepEqual(JSON.parse((await alice(['forget', '--json'])).stdout), { forgotten: true, unsent: 1 })
    assert.equal((await alice(['publish'])).code, 0)
  })

  test('the log is there after the devnet was stopped and started again on the same folder', async () => {
    const before = (await bob(['cat'])).stdout
    assert.equal((await devnet.stop()).code, 0)
    const down = await bob(['cat'])
    assert.equal(down.code, 11)
    devnet = await devnetProcess(devnet.folder)
    const carol = home('carol')
    await jsonHere(['init', '--devnet', devnet.folder, '--log', log], { home: carol })
    assert.equal((await cli(['cat'], { home: carol })).stdout, before)
    assert.equal((await bob(['cat'])).stdout, before)
    assert.equal((await alice(['append', '--publish'], 'after the pause\n')).code, 0)
    assert.equal((await bob(['tail', '-n', '1'])).stdout, 'after the pause\n')
  })
})
