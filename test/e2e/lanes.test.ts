import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseLogId, topicOf } from '@remote-log/core'
import { type Devnet, startDevnet } from '@remote-log/devnet'
import { cliHere, jsonHere } from './cli-here.ts'
import { jsonLines } from './cli-process.ts'

interface LaneLine {
  readonly lane: string
  readonly seq: number
  readonly text: string
}

interface Statement {
  readonly complete: boolean
  readonly entries: number
  readonly lanes: readonly {
    readonly log: string
    readonly listed: boolean
    readonly entries: number | null
    readonly withheld: number
    readonly cutOff: string | null
    readonly head: string
    readonly error?: { readonly code: string }
  }[]
}

describe('one person, two devices, and somebody who reads both', () => {
  let folder: string
  let net: Devnet
  let place: string[]
  const at = (name: string, account?: number) => ({
    home: join(folder, name),
    ...(account !== undefined && { env: { REMOTE_LOG_KEY: net.accounts[account]!.privateKey } }),
  })
  const laptop = () => at('laptop', 0)
  const phone = () => at('phone', 1)
  const reader = () => at('reader')
  const logs: Record<string, string> = {}

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-lanes-'))
    net = await startDevnet()
    place = ['--rpc', net.rpcUrl, '--bee', net.beeUrl]
    const full = [
      ...place,
      '--batch',
      net.batch,
      '--registry',
      net.registry,
      '--chain-id',
      String(net.chainId),
    ]
    for (const [name, who] of [
      ['laptop', laptop()],
      ['phone', phone()],
    ] as const) {
      const init = ['init', ...full, '--topic', `notes of ${name}`, '--no-key-file']
      logs[name] = (await jsonHere<{ log: string }>(init, who)).log
    }
  })
  after(async () => {
    await net.stop()
    await rm(folder, { recursive: true })
  })

  /** Appends lines with these times of day, and publishes. */
  async function write(
    who: ReturnType<typeof at>,
    ...lines: readonly (readonly [number, string])[]
  ): Promise<string> {
    const input = lines.map(([minute, text]) => JSON.stringify({ text, timestamp: 1.7e12 + minute * 60_000 }))
    const args = ['append', '--jsonl', '--publish', '--json']
    const done = await cliHere(args, { ...who, input: input.join('\n') })
    assert.equal(done.code, 0, done.stderr)
    return (JSON.parse(done.stdout) as { publish: { head: string } }).publish.head
  }

  test('the owner lists both logs, and whoever knows the list reads them as one', async () => {
    const added = await jsonHere<{ list: string; log: string }>(['lane', 'add'], laptop())
    assert.deepEqual(added.log, logs.laptop)
    const list = parseLogId(added.list)
    assert.deepEqual([list.owner, list.topic], [net.accounts[0]!.address, topicOf('devices')])
    assert.equal((await cliHere(['lane', 'add', logs.phone!], laptop())).code, 0)
    assert.equal((await cliHere(['lane', 'add', logs.phone!], laptop())).code, 19, 'it is listed already')
    await write(laptop(), [1, 'laptop 1'], [4, 'laptop 4'])
    await write(phone(), [2, 'phone 2'], [3, 'phone 3'], [6, 'phone 6'])
    await jsonHere(['init', ...place, '--lanes', added.list], reader())
    const read = await cliHere(['lane', 'cat'], reader())
    assert.deepEqual(read, {
      code: 0,
      signal: null,
      stdout: 'laptop 1\nphone 2\nphone 3\nlaptop 4\nphone 6\n',
      stderr: '',
    })
    const lines = jsonLines<LaneLine>((await cliHere(['lane', 'tail', '-n', '2', '--json'], reader())).stdout)
    assert.deepEqual(
      lines.map(({ lane, seq, text }) => [lane, seq, text]),
      [
        [logs.laptop, 1, 'laptop 4'],
        [logs.phone, 2, 'phone 6'],
      ],
    )
    const since = [
      'lane',
      'cat',
      '--since',
      String(1.7e12 + 180_000),
      '--until',
      String(1.7e12 + 300_000),
      '--reverse',
    ]
    assert.equal((await cliHere(since, reader())).stdout, 'laptop 4\nphone 3\n')
    // The phone reads them, too, with what it has not published yet at the end.
    await cliHere(['append'], { ...phone(), input: 'not yet\n' })
    const own = await cliHere(['lane', 'cat', '--list', added.list], phone())
    assert.equal(own.stdout, `${read.stdout}not yet\n`)
    assert.equal((await cliHere(['publish'], phone())).code, 0)
  })

  test('a lost phone is revoked: what was read stays, what its key publishes later is not shown', async () => {
    await jsonHere<Statement>(['lane', 'sync'], laptop())
    await jsonHere<Statement>(['lane', 'sync'], reader())
    const thiefs = await write(phone(), [9, 'from a thief'])
    const seen = await jsonHere<Statement>(['lane', 'sync'], reader())
    assert.deepEqual([seen.complete, seen.entries], [true, 7])
    const revoked = await jsonHere<{ cutOff: string }>(['lane', 'revoke', logs.phone!], laptop())
    const statement = await jsonHere<Statement>(['lane', 'sync'], reader())
    assert.deepEqual([statement.complete, statement.entries], [true, 6])
    const { log, listed, entries, withheld, cutOff, head, error } = statement.lanes[1]!
    assert.deepEqual(
      { log, listed, entries, withheld, cutOff, head, error },
      {
        log: logs.phone,
        listed: false,
        entries: 4,
        withheld: 1,
        cutOff: revoked.cutOff,
        head: thiefs,
        error: undefined,
      },
    )
    const said = await cliHere(['lane', 'sync'], reader())
    assert.match(
      said.stdout,
      /4 entries \(revoked: what is behind [0-9a-f]{64} is not shown, of it 1 that were read\)/,
    )
    for (const args of [
      ['lane', 'cat'],
      ['lane', 'cat', '--offline'],
      ['lane', 'tail'],
    ]) {
      const { code, stdout } = await cliHere(args, reader())
      assert.equal(code, 0)
      assert.ok(stdout.includes('not yet') && !stdout.includes('thief'), stdout)
    }
    const list = await jsonHere<Statement>(['lane', 'list'], reader())
    assert.deepEqual(
      list.lanes.map(({ log, listed, cutOff, head }) => [log, listed, cutOff, head === thiefs]),
      [
        [logs.laptop, true, null, false],
        [logs.phone, false, revoked.cutOff, true],
      ],
    )
    assert.match((await cliHere(['lane', 'list'], reader())).stdout, /revoked/)
  })

  test('a home reads lanes or a log; each says what the other is for', async () => {
    const wrong = await cliHere(['cat'], reader())
    assert.equal(wrong.code, 2)
    assert.match(wrong.stderr, /remote-log lane/)
    assert.equal((await cliHere(['lane', 'add', logs.phone!], phone())).code, 0, 'a list of its own')
    const notOwner = ['lane', 'add', logs.phone!, '--list', logs.laptop!]
    assert.equal((await cliHere(notOwner, phone())).code, 2)
    assert.equal((await cliHere(['lane', 'add', logs.phone!], reader())).code, 23)
    for (const args of [
      ['--lanes', logs.phone!, '--log', logs.phone!],
      ['--as-writer', '--topic', 'x'],
      ['--lanes', logs.phone!, '--topic', 'x'],
      ['--lanes', logs.phone!, '--account', '1'],
      ['--lanes', 'nonsense'],
    ]) {
      assert.equal((await cliHere(['init', ...place, ...args], at('elsewhere'))).code, 2, args.join(' '))
    }
  })

  test('a tablet that the owner authorized writes to their log with a key of its own', async () => {
    const tablet = at('tablet', 2)
    const init = [
      'init',
      ...place,
      '--batch',
      net.batch,
      '--log',
      logs.laptop!,
      '--as-writer',
      '--no-key-file',
    ]
    const made = await jsonHere<{ key: string; owner: string }>(init, tablet)
    assert.deepEqual([made.key, made.owner], [net.accounts[2]!.address, net.accounts[0]!.address])
    const input = JSON.stringify({ text: 'from the tablet', timestamp: 1.7e12 + 3_600_000 })
    const early = await cliHere(['append', '--jsonl', '--publish'], { ...tablet, input })
    assert.equal(early.code, 23, 'not authorized yet')
    const allow = ['writer', 'allow', made.key, '--days', '1']
    assert.equal((await cliHere(allow, tablet)).code, 2, 'only the owner may')
    const { until } = await jsonHere<{ until: string }>(allow, laptop())
    assert.match(
      (await cliHere(['writer', 'list'], tablet)).stdout,
      new RegExp(`${made.key}  until ${until}`),
    )
    assert.equal((await cliHere(['publish'], tablet)).code, 0)
    assert.match((await cliHere(['lane', 'cat'], reader())).stdout, /phone 6\nfrom the tablet\nnot yet\n$/)
    assert.equal((await cliHere(['writer', 'revoke', made.key], laptop())).code, 0)
    assert.equal((await cliHere(['append', '--publish'], { ...tablet, input: 'too late' })).code, 23)
    assert.match((await cliHere(['writer', 'list'], tablet)).stdout, /revoked/)
  })
})
