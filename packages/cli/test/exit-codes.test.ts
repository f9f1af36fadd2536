import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ERROR_CODES, RemoteLogError } from '@remote-log/core'
import { CommanderError } from 'commander'
import { EXIT_CODES, EXIT_UNEXPECTED } from '../src/exit-codes.ts'
import { REMEDIES } from '../src/remedies.ts'
import { reportError } from '../src/report-error.ts'

describe('exit codes', () => {
  test('every error class has its own, and none is taken for success or a fault', () => {
    assert.deepEqual(Object.keys(EXIT_CODES).sort(), [...ERROR_CODES].sort())
    const codes = Object.values(EXIT_CODES)
    assert.equal(new Set([0, EXIT_UNEXPECTED, ...codes]).size, codes.length + 2)
  })
})

describe('reportError', () => {
  const conflict = new RemoteLogError('CONFLICT', 'another head stands', {
    current: 'aa',
    gas: 5n,
    none: undefined,
  })

  test('says what and where, and what to do', () => {
    const { exitCode, text } = reportError(conflict, { json: false, debug: false })
    assert.equal(exitCode, EXIT_CODES.CONFLICT)
    assert.equal(text, `remote-log: another head stands\n  current: aa\n  gas: 5\n  ${REMEDIES.CONFLICT}\n`)
  })

  test('is one line of JSON for scripts', () => {
    const { text } = reportError(conflict, { json: true, debug: true })
    assert.equal(text.indexOf('\n'), text.length - 1)
    assert.deepEqual(JSON.parse(text).error.details, { current: 'aa', gas: '5' })
    assert.equal(JSON.parse(text).error.code, 'CONFLICT')
  })

  test('shows a stack trace and its causes only on demand', () => {
    const error = new RemoteLogError('CORRUPT', 'wrong', {}, new TypeError('the cause'))
    assert.doesNotMatch(reportError(error, { json: false, debug: false }).text, / at |the cause/)
    assert.match(
      reportError(error, { json: false, debug: true }).text,
      /at [\s\S]*caused by TypeError: the cause/,
    )
  })

  test('wrong usage and unforeseen faults', () => {
    const usage = reportError(
      new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"),
      {
        json: false,
        debug: false,
      },
    )
    assert.equal(usage.exitCode, EXIT_CODES.INVALID_ARGUMENT)
    assert.match(usage.text, /^remote-log: unknown option '--x'\n/)
    assert.equal(reportError(new TypeError('x'), { json: false, debug: false }).exitCode, EXIT_UNEXPECTED)
  })
})
