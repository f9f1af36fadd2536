import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reference } from '@remote-log/core'
import type { RemoteLog } from '../src/index.ts'
import { FEED_ID, FeedWorld } from './feed-world.ts'
import { bulky, textsOf } from './world.ts'

async function* pieces(bytes: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* bytes
}

/** A writer that announced three heads, of which somebody brought one to the chain (0: none), and a reader's bundle. */
async function announced(submitted: number, behind: boolean, together: number) {
  const net = new FeedWorld()
  const alice = await net.writer()
  await alice.appendMany(bulky(together))
  const { head: base } = await alice.publish()
  const heads: Reference[] = []
  for (let i = 1; i <= 3; i++) {
    await alice.appendMany(bulky(together, i * together))
    heads.push((await alice.publish()).provisional!.head)
  }
  if (submitted > 0) await net.names.publish(FEED_ID, base, heads[submitted - 1]!)
  if (behind) {
    const phone = await net.plain()
    await phone.sync()
    await phone.appendMany(bulky(5, 900))
    await phone.publish()
  }
  const bob = await net.reader()
  await bob.sync()
  return { net, alice, bob, bundle: await Array.fromAsync(bob.export()) }
}

test('what was announced and comes with a bundle leaves the queue once; the rest stays and goes behind it', async () => {
  const together = 4
  for (const behind of [false, true]) {
    for (const submitted of [0, 2, 3]) {
      const { alice, bob, bundle, net } = await announced(submitted, behind, together)
      const { head } = bob.status()
      const before = alice.status().unsent
      await alice.import(pieces(bundle), { head })
      assert.equal(alice.status().unsent, before - submitted * together)
      assert.equal(alice.status().keptPages, alice.status().sealedPages)
      const texts = async (log: RemoteLog) =>
        (await textsOf(log.read())).filter(text => Number(text.slice(6)) < 900)
      const own = bulky(4 * together).map((_, i) => `entry ${i}`)
      assert.deepEqual(await texts(alice), own, 'each once, in order')
      await alice.anchor()
      const carol = await net.reader()
      assert.equal((await carol.sync()).entries, 4 * together + (behind ? 5 : 0))
      assert.deepEqual(await texts(carol), own)
    }
  }
})

test('a bundle that breaks off before that is known moves nothing', async () => {
  const { alice, bob, bundle } = await announced(2, true, 5)
  const status = alice.status()
  const whole = Buffer.concat(bundle)
  for (const length of [whole.length - 1, whole.length - 4096, whole.length - 3 * 4096]) {
    const cut = pieces([whole.subarray(0, length)])
    await assert.rejects(alice.import(cut, { head: bob.status().head }), { code: 'CORRUPT' })
    if (length < whole.length - 2 * 4096) assert.deepEqual(alice.status(), status)
  }
})
