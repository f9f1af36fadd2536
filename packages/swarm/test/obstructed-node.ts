import type { ContentStoreSubject, Stall } from '@remote-log/conformance'
import type { Reference } from '@remote-log/core'
import { type BeeUnderTest, type FaultProxy, type FaultRule, startFaultProxy } from '@remote-log/devnet'

/** A Bee node behind a proxy, and everything that the compliance suite wants to do to it. */
export async function obstructedNode(
  bee: Pick<BeeUnderTest, 'url' | 'embedded'>,
): Promise<{ proxy: FaultProxy } & Required<Omit<ContentStoreSubject, 'store' | 'elsewhere'>>> {
  const proxy = await startFaultProxy({ target: bee.url })
  const wrong = new Map<string, Uint8Array>()
  return {
    proxy,
    corrupt(reference: Reference, bytes: Uint8Array) {
      wrong.set(`/chunks/${reference}`, bytes)
      proxy.setRule(({ path }) => {
        const body = wrong.get(path)
        return body && { answer: { status: 200, body } }
      })
    },
    forgeRanges(answer: (from: number, length: number) => Uint8Array) {
      proxy.setRule(({ path, headers }) => {
        const [, first, last] = /^bytes=([0-9]+)-([0-9]+)$/.exec(headers.range ?? '') ?? []
        if (!path.startsWith('/bytes/') || first === undefined) return undefined
        const body = answer(Number(first), Number(last) + 1 - Number(first))
        return { answer: { status: 206, body } }
      })
    },
    refuseWrites() {
      const answer = { status: 402, body: '{"code":402,"message":"batch is overissued"}' }
      proxy.setRule(({ method, path }) => (method === 'POST' && path === '/chunks' ? { answer } : undefined))
    },
    breakBackend: () => proxy.setRule(() => ({ drop: true })),
    stall(): Stall {
      const reached = Promise.withResolvers<void>()
      proxy.setRule(() => {
        reached.resolve()
        return { hang: true }
      })
      return { reached: reached.promise, release: () => proxy.setRule(undefined) }
    },
    holdBack() {
      const { embedded } = bee
      if (embedded) {
        embedded.pauseSync()
        return { release: () => embedded.resumeSync() }
      }
      proxy.setRule(standingTags())
      return { release: () => proxy.setRule(undefined) }
    },
  }
}

/** A real node can't be told to push nothing: its tags are shown as if it did. */
function standingTags(): FaultRule {
  let split = 0
  return ({ method, path, headers }) => {
    if (method === 'POST' && path === '/chunks' && headers['swarm-tag']) split++
    const [, uid] = /^\/tags\/([0-9]+)$/.exec(path) ?? []
    if (uid === undefined) return undefined
    const body = JSON.stringify({ uid: Number(uid), split, seen: 0, stored: 0, sent: 0, synced: 0 })
    return { answer: { status: 200, body } }
  }
}
