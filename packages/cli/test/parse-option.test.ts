import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { topicOf } from '@remote-log/core'
import {
  parseBatch,
  parseBytes,
  parseCount,
  parseDuration,
  parsePort,
  parseTime,
  parseTopicOption,
  parseUrl,
} from '../src/parse-option.ts'

const wrong = { code: 'INVALID_ARGUMENT' }

describe('options', () => {
  test('whole numbers', () => {
    assert.equal(parseCount('0'), 0)
    assert.equal(parseCount('9007199254740991'), Number.MAX_SAFE_INTEGER)
    for (const text of ['', '-1', '1.5', '1e3', ' 1', 'x', '9007199254740992']) {
      assert.throws(() => parseCount(text), wrong, text)
    }
  })

  test('ports', () => {
    assert.equal(parsePort('65535'), 65_535)
    assert.throws(() => parsePort('65536'), wrong)
  })

  test('sizes', () => {
    const sizes = { 4096: 4096, '1kB': 1000, '1.5 MB': 1_500_000, '1KiB': 1024, '2GiB': 2 ** 31, '3m': 3e6 }
    for (const [text, size] of Object.entries(sizes)) assert.equal(parseBytes(text), size)
    for (const text of ['', '-1', '1XB', 'MB', '1e3']) assert.throws(() => parseBytes(text), wrong, text)
  })

  test('lengths of time', () => {
    const times = { '500ms': 500, '30s': 30_000, '1.5m': 90_000, '1h': 3_600_000 }
    for (const [text, ms] of Object.entries(times)) assert.equal(parseDuration(text), ms)
    for (const text of ['', '30', '-1s', '5 years', '1e3s'])
      assert.throws(() => parseDuration(text), wrong, text)
  })

  test('moments', () => {
    assert.equal(parseTime('1700000000000'), 1_700_000_000_000)
    assert.equal(parseTime('2026-01-31T12:00:00Z'), Date.UTC(2026, 0, 31, 12))
    for (const text of ['', 'soon', '-5']) assert.throws(() => parseTime(text), wrong, text)
  })

  test('URLs', () => {
    assert.equal(parseUrl('http://127.0.0.1:1633'), 'http://127.0.0.1:1633')
    for (const text of ['', 'localhost:1633', 'ftp://x', 'x'])
      assert.throws(() => parseUrl(text), wrong, text)
  })

  test('batches and topics', () => {
    assert.equal(parseBatch(`0x${'AB'.repeat(32)}`), 'ab'.repeat(32))
    assert.throws(() => parseBatch('ab'), wrong)
    assert.equal(parseTopicOption('notes'), topicOf('notes'))
    assert.equal(parseTopicOption(`0x${'0A'.repeat(32)}`), `0x${'0a'.repeat(32)}`)
    assert.throws(() => parseTopicOption(''), wrong)
  })
})
