import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Answer } from './ask.ts'
import type { RecordedAnswer, RecordedBody } from './recording.ts'

/** Differ in every run (README). */
const VOLATILE_EVERYWHERE = ['uid', 'startedAt', 'reserveSizeWithinRadius']
const HEX_64 = /^[0-9a-f]{64}$/

/** Throws where an answer is not the recorded one in all that the README says must be equal. */
export function compare(recorded: RecordedAnswer, got: Answer, known: ReadonlySet<string>): void {
  const volatile = new Set([...(recorded.volatile ?? []), ...VOLATILE_EVERYWHERE])
  assert.ok(recorded.none === undefined, 'no valid answer was recorded')
  assert.equal(got.status, recorded.status, `status, with ${got.body.subarray(0, 300)}`)
  assert.equal(got.cut, recorded.cut ?? false, 'whether the body was cut')
  compareHeaders(recorded.headers ?? {}, got.headers, volatile, known)
  if (recorded.body) compareBody(recorded.body, got, recorded.headers?.['content-type'], volatile)
}

/** `known`: headers that appear in any recording. One of these that was not recorded here must not be sent either. */
function compareHeaders(
  recorded: Readonly<Record<string, string>>,
  got: Readonly<Record<string, string>>,
  volatile: ReadonlySet<string>,
  known: ReadonlySet<string>,
): void {
  for (const name of known) {
    if (name === 'content-length' && !comparableLength(recorded, volatile)) continue
    if (name === 'last-modified' || volatile.has(`header ${name}`)) {
      assert.equal(name in got, name in recorded, `presence of header ${name}`)
    } else {
      assert.equal(withoutBoundary(got[name]), withoutBoundary(recorded[name]), `header ${name}`)
    }
  }
}

/** Compressed answers have another length, and those with volatile values may. */
function comparableLength(
  recorded: Readonly<Record<string, string>>,
  volatile: ReadonlySet<string>,
): boolean {
  return recorded.vary === undefined && volatile.size === VOLATILE_EVERYWHERE.length
}

function withoutBoundary(value: string | undefined): string | undefined {
  return value?.replace(/boundary=.*/, 'boundary=…')
}

function compareBody(
  recorded: RecordedBody,
  { headers, body }: Answer,
  recordedType: string | undefined,
  volatile: ReadonlySet<string>,
): void {
  if (recorded.json !== undefined) compareJson(recorded.json, JSON.parse(body.toString()), volatile)
  else if (recorded.text !== undefined) assert.equal(body.toString(), recorded.text)
  else if (recorded.empty) assert.equal(body.length, 0, `no body, not ${body.subarray(0, 100)}`)
  else if (recorded.sha256 !== undefined) {
    assert.equal(body.length, recorded.length)
    assert.equal(createHash('sha256').update(body).digest('hex'), recorded.sha256)
  } else {
    const want = Buffer.from(recorded.base64!, 'base64')
    const replaced = renameBoundary(want, boundary(recordedType), boundary(headers['content-type']))
    assert.deepEqual(body, replaced)
  }
}

function boundary(type: string | undefined): string | undefined {
  return /boundary=(.*)/.exec(type ?? '')?.[1]
}

function renameBoundary(bytes: Buffer, from: string | undefined, to: string | undefined): Buffer {
  if (from === undefined || to === undefined) return bytes
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')
}

function compareJson(recorded: unknown, got: unknown, volatile: ReadonlySet<string>): void {
  if (volatile.has('*')) {
    assert.deepEqual(shape(got), shape(recorded), 'shape')
    return
  }
  assert.deepEqual(settle(got, recorded, volatile), recorded)
}

/** `got` with its volatile fields replaced by the recorded ones, if they have the same type. */
function settle(got: unknown, recorded: unknown, volatile: ReadonlySet<string>): unknown {
  if (!isObject(got) || !isObject(recorded)) return got
  return Object.fromEntries(
    Object.entries(got).map(([name, value]) => {
      const want = recorded[name]
      if (!volatile.has(name)) return [name, value]
      if (typeof want === 'string' && HEX_64.test(want)) assert.match(String(value), HEX_64, name)
      return [name, typeof value === typeof want ? want : value]
    }),
  )
}

/** Names and types; of a list, what its first item is made of (nothing where either may be empty). */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 && isObject(value[0]) ? [shape(value[0])] : ['…']
  if (isObject(value)) {
    const fields = Object.entries(value).map(([name, field]) => [name, shape(field)] as const)
    return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  return typeof value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
