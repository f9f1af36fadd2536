import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expectCode, seededBytes } from '@remote-log/conformance'
import { makeChunk, type UploadProgress } from '@remote-log/core'
import { SwarmStore } from '../src/index.ts'
import { answeringServer } from './answering-server.ts'
import { scriptedBee, settled, USABLE_BATCH } from './scripted-bee.ts'

const batch = 'ab'.repeat(32)
const chunkOf = (seed: string) => makeChunk(seededBytes(seed, 100))
const [a, b, c] = [chunkOf('a'), chunkOf('b'), chunkOf('c')]
const JSON_404 = '{"code":404,"message":"issuer does not exist"}'

describe('the batch, before an upload begins', () => {
  const cases: readonly [string, object, [number, string] | undefined, string][] = [
    ['unknown', {}, [404, JSON_404], 'batch-unknown'],
    ['too young', {}, [400, '{"code":400,"message":"batch not usable"}'], 'batch-not-usable'],
    ['said not to be usable', { usable: false }, undefined, 'batch-not-usable'],
    ['gone', { exists: false }, undefined, 'batch-not-usable'],
    ['run out', { batchTTL: 0 }, undefined, 'batch-expired'],
    ['mutable and full', { immutableFlag: false, utilization: 16 }, undefined, 'batch-full'],
    ['of a node without a chain', {}, [403, '{"code":403,"message":"Chain is disabled."}'], 'forbidden'],
  ]
  for (const [name, change, answer, reason] of cases) {
    test(`${name}: REFUSED, and nothing was stored or begun`, async t => {
      const bee = await scriptedBee(t, {
        batch: { ...USABLE_BATCH, ...change },
        ...(answer && { batchAnswer: answer }),
      })
      const error = await expectCode(
        new SwarmStore({ url: bee.url, batch }).beginUpload(),
        'REFUSED',
        'beginUpload',
      )
      assert.equal(error.details.reason, reason)
      assert.deepEqual(bee.log, ['GET /stamps'])
    })
  }

  test('none configured: REFUSED without a request', async t => {
    const bee = await scriptedBee(t)
    const error = await expectCode(new SwarmStore({ url: bee.url }).beginUpload(), 'REFUSED', 'beginUpload')
    assert.equal(error.details.reason, 'no-batch')
    assert.deepEqual(bee.log, [])
  })

  test('immutable and with a full bucket, mutable with room, or free of charge: goes on', async t => {
    for (const change of [{ utilization: 16 }, { immutableFlag: false, utilization: 15 }, { batchTTL: -1 }]) {
      const bee = await scriptedBee(t, { batch: { ...USABLE_BATCH, ...change } })
      assert.equal((await new SwarmStore({ url: bee.url, batch: `0x${batch}` }).beginUpload()).id, '7')
    }
  })

  test('an answer that is no batch is UNAVAILABLE', async t => {
    for (const text of ['{}', '[]', 'ok', '<html>']) {
      const bee = await scriptedBee(t, { batchAnswer: [200, text] })
      await expectCode(new SwarmStore({ url: bee.url, batch }).beginUpload(), 'UNAVAILABLE', text)
    }
  })
})

describe('put', () => {
  const refusals: readonly [number, string, string, string][] = [
    [402, 'batch is overissued', 'REFUSED', 'batch-full'],
    [422, 'batch not usable yet or does not exist', 'REFUSED', 'batch-not-usable'],
    [404, 'batch with id not found', 'REFUSED', 'batch-unknown'],
    [400, 'insufficient data length', 'REFUSED', 'malformed'],
    [400, 'invalid header params', 'REFUSED', 'rejected'],
    [413, 'Request Entity Too Large', 'REFUSED', 'malformed'],
    [401, 'Unauthorized', 'REFUSED', 'forbidden'],
    [500, 'create chunk error', 'REFUSED', 'malformed'],
    [500, 'chunk write error', 'UNAVAILABLE', ''],
    [404, 'tag not found', 'UNAVAILABLE', ''],
    [429, 'too many', 'UNAVAILABLE', ''],
  ]
  for (const [status, message, code, reason] of refusals) {
    test(`answered by ${status} ${message}: ${code} ${reason}`, async t => {
      const bee = await scriptedBee(t, {
        putAnswer: () => [status, JSON.stringify({ code: status, message })],
      })
      const upload = await new SwarmStore({ url: bee.url, batch, retryMs: 0 }).beginUpload()
      const error = await expectCode(upload.put(a), code as 'REFUSED', 'put')
      assert.equal(error.details.status, status)
      if (reason) assert.equal(error.details.reason, reason)
    })
  }

  test('another reference in the answer is CORRUPT, none is UNAVAILABLE', async t => {
    const bee = await scriptedBee(t)
    const upload = await new SwarmStore({ url: bee.url, batch }).beginUpload()
    bee.script.putAnswer = () => [201, JSON.stringify({ reference: 'ff'.repeat(32) })]
    await expectCode(upload.put(a), 'CORRUPT', 'put')
    for (const text of ['{}', 'created', '']) {
      bee.script.putAnswer = () => [201, text]
      await expectCode(upload.put(a), 'UNAVAILABLE', 'put')
    }
  })

  test('is deferred under the tag, and sent once however often it is put', async t => {
    const bee = await scriptedBee(t)
    const upload = await new SwarmStore({ url: bee.url, batch }).beginUpload()
    await upload.put(a)
    await upload.put(a)
    assert.deepEqual(bee.log, ['GET /stamps', 'POST /tags', 'POST /chunks under 7'])
  })
})

describe('confirm', () => {
  test('waits until the tag covers what was put, reporting on the way', async t => {
    const states = [
      { split: 0 },
      { split: 2 },
      { split: 3 },
      { split: 3, synced: 1 },
      { split: 3, synced: 3 },
    ]
    const bee = await scriptedBee(t, { tag: asked => ({ seen: 0, synced: 0, ...states[asked]! }) })
    const upload = await new SwarmStore({ url: bee.url, batch }).beginUpload()
    await Promise.all([a, b, c].map(chunk => upload.put(chunk)))
    const reports: UploadProgress[] = []
    await upload.confirm({ onProgress: report => reports.push(report) })
    assert.deepEqual(
      reports,
      [0, 0, 0, 1, 3].map(stored => ({ put: 3, stored, total: 3 })),
    )
    assert.deepEqual(
      bee.log.filter(entry => entry === 'POST /chunks'),
      [],
      'nothing was pushed directly',
    )
  })

  test('a tag that stands still is UNAVAILABLE with what the network has', async t => {
    const bee = await scriptedBee(t, { tag: () => ({ split: 2, seen: 0, synced: 1 }) })
    const upload = await new SwarmStore({ url: bee.url, batch, patienceMs: 50 }).beginUpload()
    for (const chunk of [a, b]) await upload.put(chunk)
    const { details, message } = await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm')
    assert.deepEqual([details.stored, details.total], [1, 2])
    assert.match(message, /uploaded again/)
  })

  test('chunks that the tag only saw are pushed again, until a fresh tag saw none', async t => {
    // Also where as many were synced as were put: the first of them may have come twice.
    for (const seenOnly of [
      { split: 2, seen: 1, synced: 1 },
      { split: 3, seen: 1, synced: 2 },
    ]) {
      const bee = await scriptedBee(t, {
        tag: () => seenOnly,
        laterTag: asked => ({ split: 2, seen: asked === 0 ? 1 : 0, synced: asked === 0 ? 1 : 2 }),
      })
      const upload = await new SwarmStore({ url: bee.url, batch }).beginUpload()
      for (const chunk of [a, b]) await upload.put(chunk)
      await upload.confirm()
      const posts = bee.log.filter(entry => entry.startsWith('POST /chunks'))
      const times = (uid: number) => posts.filter(entry => entry.endsWith(` under ${uid}`)).length
      assert.deepEqual([times(7), times(8), times(9), posts.length], [2, 2, 2, 6])
    }
  })

  test('what waits under another tag for longer than the patience is UNAVAILABLE', async t => {
    const bee = await scriptedBee(t, {
      tag: () => ({ split: 2, seen: 1, synced: 1 }),
      laterTag: () => ({ split: 2, seen: 1, synced: 1 }),
    })
    const upload = await new SwarmStore({ url: bee.url, batch, patienceMs: 600 }).beginUpload()
    for (const chunk of [a, b]) await upload.put(chunk)
    const { details, message } = await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm')
    assert.deepEqual([details.stored, details.total, details.url], [0, 2, bee.url])
    assert.match(message, /wait still under another.*publish again/)
    bee.script.laterTag = (_, put) => settled(put)
    await upload.confirm()
  })

  test('a chunk that the node lost meanwhile leaves the upload unconfirmed', async t => {
    const bee = await scriptedBee(t, { tag: () => ({ split: 2, seen: 1, synced: 1 }) })
    const upload = await new SwarmStore({ url: bee.url, batch }).beginUpload()
    for (const chunk of [a, b]) await upload.put(chunk)
    bee.chunks.delete(b.reference)
    const { details, message } = await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm')
    assert.equal(details.total, 2)
    assert.match(message, new RegExp(`${b.reference}.*made again`))
  })

  test('a second node proves what the tag only saw, and is asked for nothing else', async t => {
    const bee = await scriptedBee(t, { tag: () => ({ split: 2, seen: 1, synced: 1 }) })
    const second = await scriptedBee(t)
    const upload = await new SwarmStore({
      url: bee.url,
      batch,
      readBack: second.url,
      patienceMs: 50,
    }).beginUpload()
    for (const chunk of [a, b]) await upload.put(chunk)
    const { details } = await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm')
    assert.equal(details.url, second.url)
    for (const [reference, bytes] of bee.chunks) second.chunks.set(reference, bytes)
    await upload.confirm()
    assert.ok(second.log.every(entry => entry === 'GET /chunks'))
    assert.equal(bee.log.filter(entry => entry.startsWith('POST /chunks')).length, 2)
  })

  test('a resumed upload counts from where its tag stood', async t => {
    const states = [
      { split: 5, seen: 0, synced: 5 },
      { split: 5, seen: 0, synced: 5 },
      { split: 7, seen: 0, synced: 7 },
    ]
    const bee = await scriptedBee(t, { tag: asked => states[asked]! })
    const upload = await new SwarmStore({ url: bee.url, batch }).beginUpload({ resume: '7' })
    for (const chunk of [a, b]) await upload.put(chunk)
    await upload.confirm()
    assert.equal(
      bee.log.filter(entry => entry === 'GET /tags').length,
      3,
      'the settled tag of before is not enough',
    )
  })

  test('a tag that vanished is UNAVAILABLE, an unknown one NOT_FOUND', async t => {
    const bee = await scriptedBee(t, { tag: () => 'tag not present' })
    const store = new SwarmStore({ url: bee.url, batch })
    const upload = await store.beginUpload()
    await upload.put(a)
    await expectCode(upload.confirm(), 'UNAVAILABLE', 'confirm')
    await expectCode(store.beginUpload({ resume: '7' }), 'NOT_FOUND', 'resume')
  })

  test('an abort while it waits is ABORTED', async t => {
    const stop = new AbortController()
    const bee = await scriptedBee(t, {
      tag: asked => {
        if (asked === 1) stop.abort('enough')
        return { split: 1, seen: 0, synced: 0 }
      },
    })
    const upload = await new SwarmStore({ url: bee.url, batch }).beginUpload()
    await upload.put(a)
    await expectCode(upload.confirm({ signal: stop.signal }), 'ABORTED', 'confirm')
    bee.script.tag = (_, put) => settled(put)
    await upload.confirm()
  })

  test('a gateway without tags is UNAVAILABLE', async t => {
    const gateway = await answeringServer(t, (request, response) => {
      if (request.url!.startsWith('/stamps')) response.end(JSON.stringify(USABLE_BATCH))
      else response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not found')
    })
    await expectCode(new SwarmStore({ url: gateway.url, batch }).beginUpload(), 'UNAVAILABLE', 'beginUpload')
  })
})
