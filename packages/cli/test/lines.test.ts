import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { InvalidArgumentError } from '@remote-log/core'
import { lineBatches, MAX_LINE_BYTES } from '../src/lines.ts'

async function* pieces(...texts: (string | Uint8Array)[]) {
  for (const text of texts) yield typeof text === 'string' ? new TextEncoder().encode(text) : text
}

async function batches(input: AsyncIterable<Uint8Array>): Promise<string[][]> {
  const result: string[][] = []
  for await (const batch of lineBatches(input))
    result.push(batch.map(line => Buffer.from(line).toString('latin1')))
  return result
}

describe('lineBatches', () => {
  test('yields the lines that each piece of input completes', async () => {
    assert.deepEqual(await batches(pieces('one\ntw', 'o\nthree\n')), [['one'], ['two', 'three']])
  })

  test('takes a last line without a line feed, and no empty one after the last line feed', async () => {
    assert.deepEqual(await batches(pieces('a\nb')), [['a'], ['b']])
    assert.deepEqual(await batches(pieces('a\n')), [['a']])
    assert.deepEqual(await batches(pieces()), [])
    assert.deepEqual(await batches(pieces('')), [])
  })

  test('keeps empty lines, carriage returns and bytes that are no UTF-8', async () => {
    assert.deepEqual(await batches(pieces('\n\r\n', new Uint8Array([0xff, 0x00, 0x0a]))), [
      ['', '\r'],
      ['\xff\0'],
    ])
  })

  test('joins a line that spans many pieces', async () => {
    assert.deepEqual(await batches(pieces('a', 'b', 'c', '\nd')), [['abc'], ['d']])
  })

  test('hands out lines that later input does not change', async () => {
    const reused = new TextEncoder().encode('xy\n')
    async function* reusing() {
      yield reused
      reused.fill(0x7a)
      yield new TextEncoder().encode('end\n')
    }
    const lines: Uint8Array[] = []
    for await (const batch of lineBatches(reusing())) lines.push(...batch)
    assert.deepEqual(
      lines.map(line => new TextDecoder().decode(line)),
      ['xy', 'end'],
    )
  })

  test('refuses a line that is too long, by its number', async () => {
    const long = new Uint8Array(MAX_LINE_BYTES + 1).fill(0x61)
    await assert.rejects(batches(pieces('one\n', long)), (error: unknown) => {
      assert(error instanceof InvalidArgumentError)
      assert.equal(error.details.line, 2)
      return true
    })
  })
})
