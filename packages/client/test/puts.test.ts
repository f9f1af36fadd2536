import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryContentStore, makeChunk, UnavailableError, type Upload } from '@remote-log/core'
import { Puts } from '../src/puts.ts'
import { Reader } from '../src/reader.ts'

/** An upload whose answers the test gives, one by one; it does not mind the signal. */
class SlowUpload implements Upload {
  readonly id = 'slow'
  readonly signals: AbortSignal[] = []
  readonly answers: PromiseWithResolvers<void>[] = []

  put(...[, options]: Parameters<Upload['put']>): Promise<void> {
    this.signals.push(options!.signal!)
    const answer = Promise.withResolvers<void>()
    this.answers.push(answer)
    return answer.promise
  }

  async confirm(): Promise<void> {}
}

const turn = () => new Promise<void>(resolve => setImmediate(resolve))
const chunk = makeChunk(new Uint8Array(1))

test('at most 512 chunks wait for the store at once', async () => {
  const upload = new SlowUpload()
  const puts = new Puts(upload, new Reader(new MemoryContentStore()))
  let added = 0
  const adding = (async () => {
    for (; added < 600; added++) await puts.add(chunk)
  })()
  await turn()
  assert.equal(upload.answers.length, 512)
  for (let answered = 0; answered < 600; answered++) {
    upload.answers[answered]!.resolve()
    await turn()
    assert.ok(upload.answers.length - (answered + 1) <= 512)
  }
  await adding
  await puts.settled()
  assert.equal(puts.count, 600)
})

test('the first chunk that fails stops the others; stop waits until none is under way', async () => {
  const upload = new SlowUpload()
  const puts = new Puts(upload, new Reader(new MemoryContentStore()))
  for (let i = 0; i < 5; i++) await puts.add(chunk)
  const failure = new UnavailableError('first')
  upload.answers[3]!.reject(failure)
  await assert.rejects(puts.settled(), error => error === failure)
  assert.ok(upload.signals.every(signal => signal.aborted))
  upload.answers[0]!.reject(new UnavailableError('second'))
  await assert.rejects(puts.add(chunk), error => error === failure)
  let stopped = false
  const stopping = puts.stop().then(() => {
    stopped = true
  })
  for (const [i, answer] of upload.answers.entries()) {
    await turn()
    assert.ok(!stopped, `${i} answered`)
    answer.resolve()
  }
  await stopping
})

test('a progress callback that throws fails the upload and nothing else', async () => {
  const upload = new SlowUpload()
  const mine = new Error('the progress bar broke')
  const onProgress = () => {
    throw mine
  }
  const puts = new Puts(upload, new Reader(new MemoryContentStore(), { onProgress }))
  await puts.add(chunk)
  upload.answers[0]!.resolve()
  await assert.rejects(puts.settled(), error => error === mine)
  await puts.stop()
})
