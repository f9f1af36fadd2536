import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { Fingerprint, findSources, hashedLines } from '../../scripts/start/sources.ts'
import { ROOT } from './cli-process.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'remote-log-e2e-'))
})
after(() => rm(folder, { recursive: true }))

/** Starts a process group of its own, as a terminal does: a Ctrl-C reaches every process in it. */
function inTerminal(command: string, args: readonly string[]) {
  const child = spawn(command, args, { cwd: ROOT, detached: true, env: { ...process.env, TMPDIR: folder } })
  const press = () => process.kill(-child.pid!, 'SIGINT')
  return { child, press, closed: once(child, 'close') }
}

/** Resolves when the output of a process contains a text. */
async function shown(stream: NodeJS.ReadableStream, wanted: string): Promise<void> {
  let seen = ''
  for await (const [piece] of onData(stream)) {
    seen += piece
    if (seen.includes(wanted)) return
  }
  assert.fail(`the output ended without ${JSON.stringify(wanted)}: ${seen}`)
}

async function* onData(stream: NodeJS.ReadableStream) {
  yield* on(stream, 'data', { close: ['end'] })
}

/** Command lines of processes that have to do with this test's folder. */
function leftBehind(): string[] {
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  return processes.split('\n').filter(line => line.includes(folder))
}

describe('npm start', () => {
  test('tells the whole story of a named file; the three commands at its end work as printed', async () => {
    const file = join(folder, 'named.log')
    await writeFile(file, Array.from({ length: 500 }, (_, i) => `entry ${i}`).join('\n'))
    const start = inTerminal(process.execPath, ['scripts/start.ts', file])
    const [output, errors, [code]] = await Promise.all([
      text(start.child.stdout),
      text(start.child.stderr),
      start.closed,
    ])
    assert.deepEqual([code, errors], [0, ''], output)
    assert.match(output, /500 entries, 4,890 bytes/)
    assert.match(output, /The same, byte for byte\./)
    assert.deepEqual(leftBehind(), [])

    const [devnet, tail, append, ...more] = output.split('\n').filter(line => line.includes('npx remote-log'))
    assert.deepEqual(more, [])
    const network = inTerminal('sh', ['-c', devnet!])
    await shown(network.child.stdout, 'Ctrl-C stops the devnet')
    const bob = inTerminal('sh', ['-c', tail!])
    const news = shown(bob.child.stdout, 'Hello, Bob\n')
    await shown(bob.child.stdout, 'entry 499\n')
    const alice = inTerminal('sh', ['-c', append!])
    const [said, complaint, [end]] = await Promise.all([
      text(alice.child.stdout),
      text(alice.child.stderr),
      alice.closed,
    ])
    assert.equal(end, 0, complaint)
    assert.match(said, /published 1 entry/)
    await news
    for (const { press, closed } of [bob, network]) {
      press()
      await closed
    }
    assert.deepEqual(leftBehind(), [])
  })

  test('Ctrl-C in the middle ends it with 130 and leaves no process behind', async () => {
    const { child, press, closed } = inTerminal(process.execPath, ['scripts/start.ts', join(ROOT, 'LICENSE')])
    const errors = text(child.stderr)
    await shown(child.stdout, '2. Alice writes')
    press()
    assert.deepEqual(await closed, [130, null])
    assert.equal(await errors, '')
    assert.deepEqual(leftBehind(), [])
  })

  test('a file that can not be read ends it with a message and exit code 1', async () => {
    const { child, closed } = inTerminal(process.execPath, ['scripts/start.ts', join(folder, 'missing')])
    const errors = text(child.stderr)
    assert.deepEqual(await closed, [1, null])
    assert.match(await errors, /missing/)
  })
})

describe('what Alice writes', () => {
  test('without git history and package logs there is still something', async () => {
    const places = { repository: folder, packageLogs: [join(folder, 'none')] }
    const [only, ...more] = await findSources([], folder, places)
    assert.deepEqual(more, [])
    assert.match(only?.file ?? '', /pnpm-lock\.yaml$/)
  })

  test('the history of a repository, however shallow', async () => {
    const repository = await mkdtemp(join(folder, 'repository-'))
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org']
    const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...who, ...args])
    git('init', '-q')
    git('commit', '-q', '--allow-empty', '-m', 'the only one')
    const [history] = await findSources([], folder, { repository, packageLogs: [] })
    assert.match(await readFile(history?.file ?? '', 'utf8'), /^[0-9a-f]{7,} \S+ A: the only one\n$/)
  })

  test('is fingerprinted as it will be printed: the last line, too, ends in a line feed', async () => {
    for (const [content, bytes] of [
      ['a\nb', 4],
      ['a\nb\n', 4],
      ['', 0],
    ] as const) {
      const file = join(folder, 'content')
      await writeFile(file, content)
      const fingerprint = new Fingerprint()
      const pieces = await Array.fromAsync(hashedLines(file, fingerprint))
      assert.equal(Buffer.concat(pieces).length, bytes)
      assert.equal(fingerprint.bytes, bytes)
    }
  })
})
