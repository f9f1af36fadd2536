import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { BrokenPipe, Output } from '../src/output.ts'

describe('Output', () => {
  test('waits while the reader is slow', async () => {
    const waiting: (() => void)[] = []
    const stream = new Writable({
      highWaterMark: 4,
      write: (_chunk, _encoding, done) => void waiting.push(done),
    })
    const out = new Output(stream)
    let resolved = false
    const write = out.write('longer than the mark').then(() => {
      resolved = true
    })
    await new Promise(resolve => setImmediate(resolve))
    assert.equal(resolved, false)
    waiting[0]!()
    await write
    assert.equal(resolved, true)
  })

  test('a reader that went away ends the waiting write and all later ones', async () => {
    const waiting: ((error: Error) => void)[] = []
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => void waiting.push(done),
    })
    const out = new Output(stream)
    const write = out.write('two')
    waiting[0]!(Object.assign(new Error('gone'), { code: 'EPIPE' }))
    await assert.rejects(write, BrokenPipe)
    await assert.rejects(out.line('more'), BrokenPipe)
    assert.equal(out.closed.aborted, true)
  })

  test('other failures stay what they are', async () => {
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('full'), { code: 'ENOSPC' })),
    })
    const out = new Output(stream)
    await assert.rejects(out.write('two'), { code: 'ENOSPC' })
  })

  test('big integers are written as decimal texts', async () => {
    const pieces: string[] = []
    const stream = new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        pieces.push(chunk)
        done()
      },
    })
    await new Output(stream).json({ gasUsed: 29_737n })
    assert.deepEqual(pieces, ['{"gasUsed":"29737"}\n'])
  })
})
