import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { seededBytes } from '@remote-log/conformance'
import { RemoteLogError } from '@remote-log/core'
import { ClassicLevel } from 'classic-level'
import { CLASSIC_LEVEL_OPTIONS, LevelFolder, type RemoteLog } from '../src/index.ts'
import { bulky, texts, textsOf, World } from './world.ts'

const SEEDS = 60

/** A LevelDB folder, in which LevelDB does not lose anything unseen. */
function folderAt(path: string, acceptLoss = false): LevelFolder {
  const readLog = async () => {
    const logs = ['LOG.old', 'LOG'].map(name => readFile(join(path, name), 'utf8').catch(() => ''))
    return (await Promise.all(logs)).join('\n')
  }
  return new LevelFolder(new ClassicLevel<string, Uint8Array>(path, CLASSIC_LEVEL_OPTIONS), {
    readLog,
    acceptLoss,
  })
}

describe('files of a local database with a damaged byte', () => {
  const world = new World()
  let folder: string
  let copies = 0
  const written = [...bulky(20), ...texts(40, 20)].map((_, i) => `entry ${i}`)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remote-log-damage-'))
    const path = join(folder, 'live')
    const open = () => world.writer({ local: folderAt(path) })
    const first = await open()
    await first.appendMany(bulky(20))
    await first.publish()
    await first.appendMany(texts(20, 20))
    await first.close()
    // A second run, so that there are tables beside the log of writes.
    const second = await open()
    for (const item of texts(20, 40)) await second.appendMany([item])
    await second.append('by reference '.repeat(1000))
    await cp(path, join(folder, 'killed'), { recursive: true })
    await second.close()
    await cp(path, join(folder, 'closed'), { recursive: true })
  })
  after(() => rm(folder, { recursive: true }))

  /** A copy with one bit of one file inverted. */
  async function damaged(state: 'killed' | 'closed', seed: number): Promise<{ path: string; what: string }> {
    const path = join(folder, String(copies++))
    await cp(join(folder, state), path, { recursive: true })
    const random = new DataView(seededBytes(`damage ${state} ${seed}`, 12).buffer)
    const files = (await readdir(path)).filter(name => !/^(LOG|LOCK)/.test(name)).sort()
    const file = files[random.getUint32(0) % files.length]!
    const bytes = await readFile(join(path, file))
    const at = random.getUint32(4) % bytes.length
    bytes[at]! ^= 1 << (random.getUint32(8) % 8)
    await writeFile(join(path, file), bytes)
    return { path, what: `${state} ${seed}: ${file} at ${at} of ${bytes.length}` }
  }

  async function read(log: RemoteLog): Promise<string[]> {
    const found = await textsOf(log.read())
    assert.equal(found.length, written.length + 1)
    return found.slice(0, -1)
  }

  for (const state of ['killed', 'closed'] as const) {
    test(`of a process that was ${state}: all is there, or LOCAL_DAMAGED says that it is not`, async () => {
      const outcomes = new Map<string, number>()
      for (let seed = 0; seed < SEEDS; seed++) {
        const { path, what } = await damaged(state, seed)
        let outcome = 'whole'
        let log: RemoteLog | undefined
        try {
          log = await world.writer({ local: folderAt(path) })
          assert.deepEqual(await read(log), written, what)
        } catch (error) {
          if (!(error instanceof RemoteLogError)) throw new Error(what, { cause: error })
          outcome = error.code
        }
        await log?.close()
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      assert.deepEqual([...outcomes.keys()].sort(), ['LOCAL_DAMAGED', 'whole'], JSON.stringify([...outcomes]))
    })
  }

  test('what LevelDB lost is said again and again until it is accepted, and then no more', async () => {
    const path = join(folder, 'lost')
    await cp(join(folder, 'killed'), path, { recursive: true })
    const log = (await readdir(path)).find(name => name.endsWith('.log'))!
    const bytes = await readFile(join(path, log))
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(join(path, log), bytes)
    for (let times = 0; times < 4; times++)
      await assert.rejects(world.writer({ local: folderAt(path) }), { code: 'LOCAL_DAMAGED' })
    const accepting = await world.writer({ local: folderAt(path, true) })
    await accepting.forget({ dropDamaged: true })
    await accepting.close()
    const again = await world.writer({ local: folderAt(path) })
    await again.refresh()
    const left = await textsOf(again.read())
    assert.deepEqual(left.slice(0, 20), written.slice(0, 20), 'what was published comes back')
    assert.equal((await again.append('next')).seq, left.length)
    await again.close()
  })
})
