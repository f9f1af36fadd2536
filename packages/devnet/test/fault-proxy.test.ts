import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type FaultRule, startFaultProxy } from '../src/index.ts'

let target: Server
let url: string

before(async () => {
  target = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', piece => pieces.push(piece))
    request.on('end', () => {
      response.setHeader('X-Path', request.url ?? '')
      response.end(pieces.length > 0 ? Buffer.concat(pieces) : Buffer.alloc(1000, 0x61))
    })
  })
  await new Promise<void>(resolve => target.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`
})

after(() => {
  target.closeAllConnections()
  target.close()
})

async function withProxy(rule: FaultRule | undefined, body: (proxy: string) => Promise<void>): Promise<void> {
  const proxy = await startFaultProxy({ target: url, ...(rule && { rule }) })
  try {
    await body(proxy.url)
  } finally {
    await proxy.stop()
  }
}

test('without a rule everything passes unchanged, bodies and queries too', () =>
  withProxy(undefined, async proxy => {
    const answer = await fetch(`${proxy}/a/b?c=d`, { method: 'POST', body: 'hello' })
    assert.equal(answer.headers.get('x-path'), '/a/b?c=d')
    assert.equal(await answer.text(), 'hello')
  }))

test('a flipped bit changes exactly that bit', () =>
  withProxy(
    () => ({ flipBit: 8 * 999 + 1 }),
    async proxy => {
      const bytes = Buffer.from(await (await fetch(proxy)).arrayBuffer())
      assert.deepEqual(bytes, Buffer.concat([Buffer.alloc(999, 0x61), Buffer.from([0x63])]))
    },
  ))

for (const cutAfter of [0, 10]) {
  test(`a body cut after ${cutAfter} bytes fails in the client after these bytes`, () =>
    withProxy(
      () => ({ cutAfter }),
      async proxy => {
        const answer = await fetch(proxy)
        assert.equal(answer.status, 200)
        let got = 0
        await assert.rejects(async () => {
          for await (const piece of answer.body!) got += piece.length
        })
        assert.equal(got, cutAfter)
      },
    ))
}

test('a body that stalls goes on being awaited after these bytes', () =>
  withProxy(
    () => ({ stallAfter: 10 }),
    async proxy => {
      const stop = new AbortController()
      const answer = await fetch(proxy, { signal: stop.signal })
      const reader = answer.body!.getReader()
      for (let got = 0; got < 10; ) got += (await reader.read()).value!.length
      const silent = reader.read()
      stop.abort()
      await assert.rejects(silent, { name: 'AbortError' })
    },
  ))

test('blocks of a body are exchanged, and another answer is replayed', () =>
  withProxy(
    ({ path }) => (path === '/swap' ? { swapBlocks: 3 } : { instead: '/other' }),
    async proxy => {
      const swapped = await fetch(`${proxy}/swap`, { method: 'POST', body: 'abcdefghi' })
      assert.equal(await swapped.text(), 'defabcghi')
      const short = await fetch(`${proxy}/swap`, { method: 'POST', body: 'abcd' })
      assert.equal(await short.text(), 'dabc')
      assert.equal((await fetch(`${proxy}/this`)).headers.get('x-path'), '/other')
    },
  ))

test('answers of its own, dropped connections and hanging requests', () =>
  withProxy(
    ({ path }) => {
      if (path === '/html')
        return { answer: { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad</h1>' } }
      if (path === '/drop') return { drop: true }
      return path === '/hang' ? { hang: true } : undefined
    },
    async proxy => {
      const html = await fetch(`${proxy}/html`)
      assert.equal(html.status, 502)
      assert.equal(await html.text(), '<h1>Bad</h1>')
      await assert.rejects(fetch(`${proxy}/drop`))
      await assert.rejects(fetch(`${proxy}/hang`, { signal: AbortSignal.timeout(100) }), {
        name: 'TimeoutError',
      })
      assert.equal((await fetch(`${proxy}/fine`)).status, 200)
    },
  ))

test('requests and bytes on the wire are counted, headers included, and can be reset', async () => {
  const proxy = await startFaultProxy({ target: url })
  await (await fetch(proxy.url)).arrayBuffer()
  await (await fetch(proxy.url)).arrayBuffer()
  const { requests, bytesIn, bytesOut } = proxy.stats()
  assert.equal(requests, 2)
  assert.ok(bytesIn > 2 * 'GET / HTTP/1.1'.length)
  assert.ok(bytesOut > 2000 && bytesOut < 3000)
  proxy.resetStats()
  assert.deepEqual(proxy.stats(), { requests: 0, bytesIn: 0, bytesOut: 0, mostInFlight: 0 })
  await proxy.stop()
})

test('a rule sees method, path, headers and the number of the request; delays are per request', async () => {
  const seen: string[] = []
  await withProxy(
    ({ method, path, headers, index }) => {
      seen.push(`${index} ${method} ${path} ${headers['x-mark']}`)
      return { delayMs: [3_600_000, 0, 20][index]! }
    },
    async proxy => {
      const stop = new AbortController()
      const slow = fetch(`${proxy}/slow`, { headers: { 'x-mark': 'm' }, signal: stop.signal })
      while (seen.length === 0) await new Promise(setImmediate)
      for (const path of ['quick', 'later']) assert.equal((await fetch(`${proxy}/${path}`)).status, 200)
      stop.abort()
      await assert.rejects(slow, { name: 'AbortError' })
    },
  )
  assert.deepEqual(seen, ['0 GET /slow m', '1 GET /quick undefined', '2 GET /later undefined'])
})

test('a target that is gone closes the connection', async () => {
  const proxy = await startFaultProxy({ target: 'http://127.0.0.1:1' })
  await assert.rejects(fetch(proxy.url))
  await proxy.stop()
})

test('a proxy that reads bodies shows them to the rule and passes them on unchanged', async () => {
  const seen: string[] = []
  const rule: FaultRule = ({ body }) => {
    seen.push(String(body))
    return body?.includes('secret') ? { answer: { status: 403 } } : undefined
  }
  const proxy = await startFaultProxy({ target: url, rule, readBodies: true })
  const post = async (body: string) => {
    const answer = await fetch(proxy.url, { method: 'POST', body })
    return [answer.status, await answer.text()]
  }
  assert.deepEqual(await post('a secret'), [403, ''])
  assert.deepEqual(await post('hello'), [200, 'hello'])
  assert.equal((await (await fetch(proxy.url)).text()).length, 1000)
  assert.deepEqual(seen, ['a secret', 'hello', ''])
  await proxy.stop()
})
