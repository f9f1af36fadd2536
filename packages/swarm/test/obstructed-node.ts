import type { ContentStoreSubject, Stall } from '@remote-log/conformance'
import type { Reference } from '@remote-log/core'
import { type BeeNode, type FaultProxy, startFaultProxy } from '@remote-log/devnet'

/** A Bee node behind a proxy, and everything that the compliance suite wants to do to it. */
export async function obstructedNode(
  node: BeeNode,
): Promise<{ proxy: FaultProxy } & Required<Omit<ContentStoreSubject, 'store' | 'elsewhere'>>> {
  const proxy = await startFaultProxy({ target: node.url })
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
      node.pauseSync()
      return { release: () => node.resumeSync() }
    },
  }
}
