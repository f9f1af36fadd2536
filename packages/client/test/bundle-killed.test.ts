import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import type { Reference } from '@remote-log/core'
import { ClassicLevel } from 'classic-level'
import type { RemoteLog } from '../src/index.ts'
import { texts, textsOf, World } from './world.ts'

/** Imports what comes by standard input, and says of each page that it was taken. */
const IMPORTER = `
  import { ClassicLevel } from 'classic-level'
  import { World } from './world.ts'
  const log = await new World().reader({ local: new ClassicLevel(process.argv[1]) })
  const head = process.argv[2]
  await log.import(process.stdin, { head, onProgress: ({ done }) => void process.stdout.write(done + '\\n') })
`

/** An import that gets so many bytes of a bundle, and is killed when it has taken so many pages of them. */
async function killedAt(t: TestContext, folder: string, head: Reference, bytes: Uint8Array, pages: number) {
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--eval', IMPORTER, folder, head],
    { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  t.after(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  child.stdin.on('error', () => {})
  child.stdin.write(bytes)
  for await (const line of createInterface(child.stdout)) if (Number(line) >= pages) child.kill('SIGKILL')
  assert.equal((await ended)[1], 'SIGKILL')
}

test('killed in the middle of an import, a device has the old head or the new, whole pages alone, and goes on', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'remote-log-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const open = () => new World().reader({ local: new ClassicLevel<string, Uint8Array>(folder) })
  const bytesOf = async (log: RemoteLog) => Buffer.concat(await Array.fromAsync(log.export()))
  async function* once(bytes: Uint8Array) {
    yield bytes
  }
  const alice = await new World().writer({ linked: true })
  await alice.appendMany(texts(100))
  const { head: old } = await alice.publish()
  const first = await open()
  await first.import(once(await bytesOf(alice)), { head: old })
  await first.close()
  await alice.appendMany(texts(400, 100))
  const { head } = await alice.publish()
  const bundle = await bytesOf(alice)
  const pagesAt = bundle.length - 500 * 4096
  for (const [pages, moved] of [
    [60, false],
    [330, true],
  ] as const) {
    await killedAt(t, folder, head!, bundle.subarray(0, pagesAt + pages * 4096), pages)
    const bob = await open()
    const { keptPages, published } = bob.status()
    assert.deepEqual([bob.status().head, published], moved ? [head, 500] : [old, 100])
    const kept = await Array.fromAsync(bob.kept())
    assert.equal(kept.length, keptPages, 'each has its entry, and none is half')
    assert.ok(
      keptPages >= Math.max(100, pages - 128) && keptPages <= Math.max(100, pages),
      `${keptPages} of ${pages}`,
    )
    for (const entry of kept) assert.equal(await entry.text(), `entry ${entry.seq}`)
    await bob.close()
  }
  const bob = await open()
  const had = bob.status().keptPages
  const { pages } = await bob.import(once(bundle))
  assert.equal(pages, 500 - had)
  assert.deepEqual(
    await textsOf(bob.read()),
    texts(500).map(({ payload }) => payload),
  )
  await bob.close()
})
