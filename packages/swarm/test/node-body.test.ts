import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, test } from 'node:test'
import { nodeBody } from '../src/transport/node-body.ts'

/** An answer of Node of which a test says what comes. */
class ScriptedAnswer extends EventEmitter {
  readonly calls: string[] = []
  pause(): void {
    this.calls.push('pause')
  }
  resume(): void {
    this.calls.push('resume')
  }
  destroy(): void {
    this.calls.push('destroy')
  }
}

const running = new AbortController().signal

describe('the body of an answer from Node', () => {
  test('comes piece by piece, as bytes that are no Buffer', async () => {
    const answer = new ScriptedAnswer()
    const body = nodeBody(answer, running)
    answer.emit('data', Buffer.from('one'))
    answer.emit('data', Buffer.from('two'))
    answer.emit('end')
    const pieces = await Array.fromAsync(body)
    assert.deepEqual(pieces, [...['one', 'two'].map(text => new TextEncoder().encode(text))])
    assert.ok(!answer.calls.includes('destroy'))
  })

  test('waits for what comes later', async () => {
    const answer = new ScriptedAnswer()
    const body = nodeBody(answer, running)
    const first = body.next()
    answer.emit('data', Buffer.of(1))
    assert.deepEqual((await first).value, Uint8Array.of(1))
    const second = body.next()
    answer.emit('end')
    assert.equal((await second).done, true)
  })

  test('throws what broke it, when what came before was read, even if that was before anybody listened', async () => {
    const answer = new ScriptedAnswer()
    const body = nodeBody(answer, running)
    answer.emit('data', Buffer.of(1))
    answer.emit('error', Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
    assert.deepEqual((await body.next()).value, Uint8Array.of(1))
    await assert.rejects(body.next(), { code: 'ECONNRESET' })
  })

  test('is not whole where its request was given up, though Node ends it as if it were', async () => {
    const answer = new ScriptedAnswer()
    const stop = new AbortController()
    const body = nodeBody(answer, stop.signal)
    answer.emit('data', Buffer.of(1))
    await body.next()
    stop.abort(new Error('enough'))
    answer.emit('end')
    await assert.rejects(body.next(), { message: 'enough' })
  })

  test('is held back while much of it waits, and let on when that was read', async () => {
    const answer = new ScriptedAnswer()
    const body = nodeBody(answer, running)
    for (let i = 0; i < 5; i++) answer.emit('data', Buffer.alloc(65_536))
    assert.deepEqual(answer.calls, ['pause'])
    for (let i = 0; i < 5; i++) await body.next()
    answer.emit('end')
    await body.next()
    assert.deepEqual(answer.calls, ['pause', 'resume'])
  })

  test('whose connection closes without a word is not whole', async () => {
    const answer = new ScriptedAnswer()
    const body = nodeBody(answer, running)
    answer.emit('close')
    await assert.rejects(body.next(), { name: 'NetworkError' })
  })

  test('that is left early takes its connection with it', async () => {
    const answer = new ScriptedAnswer()
    const body = nodeBody(answer, running)
    answer.emit('data', Buffer.of(1))
    for await (const _ of body) break
    assert.deepEqual(answer.calls, ['destroy'])
  })
})
