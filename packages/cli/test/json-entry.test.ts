import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { InvalidArgumentError } from '@remote-log/core'
import { parseJsonEntry } from '../src/json-entry.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const parse = (text: string) => parseJsonEntry(bytes(text), 7)

describe('parseJsonEntry', () => {
  test('reads a string', () => {
    assert.deepEqual(parse('"héllo"'), { payload: bytes('héllo') })
  })

  test('reads text, base64 and json', () => {
    assert.deepEqual(parse('{"text":"a"}').payload, bytes('a'))
    assert.deepEqual(parse('{"base64":"/wA="}').payload, new Uint8Array([255, 0]))
    assert.deepEqual(parse('{"json":{"b": [1, null]}}').payload, bytes('{"b":[1,null]}'))
    assert.deepEqual(parse('{"json":null}').payload, bytes('null'))
  })

  test('reads timestamp and id, and ignores what cat --json adds', () => {
    const id = 'ab'.repeat(32)
    const line = JSON.stringify({ seq: 1, length: 1, published: true, text: 'x', timestamp: 1000, id })
    assert.deepEqual(parse(line), { payload: bytes('x'), timestamp: 1000, id })
    assert.equal(parse('{"text":"","timestamp":"1970-01-01T00:00:02Z"}').timestamp, 2000)
  })

  for (const [why, text] of [
    ['not JSON', '{'],
    ['a number', '7'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no payload', '{"timestamp":1}'],
    ['two payloads', '{"text":"a","base64":""}'],
    ['text that is no string', '{"text":1}'],
    ['base64 that is none', '{"base64":"!"}'],
    ['a time that is none', '{"text":"","timestamp":"soon"}'],
    ['an id that is none', '{"text":"","id":"12"}'],
  ] as const) {
    test(`refuses ${why}, naming the line`, () => {
      assert.throws(
        () => parse(text),
        (error: unknown) => {
          assert(error instanceof InvalidArgumentError)
          assert.match(error.message, /^line 7: /)
          return true
        },
      )
    })
  }
})
