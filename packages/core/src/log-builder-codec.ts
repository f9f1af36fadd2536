import { sha256 } from '@noble/hashes/sha2.js'
import { decodeDirectoryEdge, encodeDirectoryEdge } from './directory/directory-edge.ts'
import { CorruptError } from './errors.ts'
import { bytesToHex, parseHex } from './hex.ts'
import { decodeHistoryEdge, encodeHistoryEdge } from './history/history-edge.ts'
import { type LogState, openPairs } from './log-builder-state.ts'
import type { LogHash } from './log-id.ts'
import { Cursor } from './page/cursor.ts'
import { readPairs } from './page/decode.ts'
import { totalBytes } from './page/encode.ts'
import { Writer } from './page/wire.ts'
import { REFERENCE_BYTES, referenceFromBytes, referenceToBytes } from './reference.ts'

/** First byte of an encoded state. */
const STATE_VERSION = 1
const CHECKSUM_BYTES = 32

/**
 * The state as bytes for local storage, one byte string per state: version (1), log (32), length (uint32) and bytes of
 * the history edge, the same of the directory edge, the tail (32) where pages are sealed, first seq and base timestamp
 * of the open page (uint64), its pairs as in a page (docs/spec.md section 2.3), SHA-256 of all of it. Numbers are
 * little endian outside the edges.
 * @throws RangeError where the state contradicts itself
 */
export function encodeLogState(state: LogState): Uint8Array {
  const history = encodeHistoryEdge(state.history)
  const directory = encodeDirectoryEdge(state.directory)
  const pairs = openPairs(state)
  const tailBytes = state.tail === undefined ? 0 : REFERENCE_BYTES
  const writer = new Writer(
    1 + 32 + 4 + history.length + 4 + directory.length + tailBytes + 16 + totalBytes(pairs) + CHECKSUM_BYTES,
  )
  writer.raw(Uint8Array.of(STATE_VERSION))
  writer.raw(parseHex(state.log, 32, 'a log hash'))
  for (const edge of [history, directory]) {
    writer.fixed32(edge.length)
    writer.raw(edge)
  }
  if (state.tail !== undefined) writer.raw(referenceToBytes(state.tail))
  writer.fixed64(state.open.firstSeq)
  writer.fixed64(state.open.baseTimestamp)
  for (const pair of pairs) writer.raw(pair)
  writer.raw(sha256(writer.bytes.subarray(0, writer.at)))
  return writer.bytes
}

/**
 * Reads what {@link encodeLogState} writes, and nothing else. Embedded data are views into `bytes`.
 * @throws CORRUPT where a byte is damaged, missing or too many, or the version is unknown
 */
export function decodeLogState(bytes: Uint8Array): LogState {
  const version = bytes[0]
  if (version !== STATE_VERSION) {
    throw new CorruptError(`a saved log state of the unknown version ${version}`, { version })
  }
  const body = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES))
  const checksum = bytesToHex(bytes.subarray(body.length))
  if (bytesToHex(sha256(body)) !== checksum) {
    throw new CorruptError('a saved log state that is damaged: its checksum does not match', {
      length: bytes.length,
    })
  }
  const cursor = new Cursor(body, (rule, message) => {
    throw new CorruptError(`a saved log state that is damaged: ${message}`, { rule })
  })
  cursor.at = 1
  const state = readState(cursor)
  try {
    openPairs(state)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new CorruptError('a saved log state that contradicts itself', {}, cause)
  }
  return state
}

function readState(cursor: Cursor): LogState {
  const log = bytesToHex(cursor.take(32, 'log')) as LogHash
  const history = decodeHistoryEdge(cursor.take(cursor.fixed32('history'), 'history'))
  const directory = decodeDirectoryEdge(cursor.take(cursor.fixed32('directory'), 'directory'))
  const tail = history.pages === 0 ? undefined : referenceFromBytes(cursor.take(REFERENCE_BYTES, 'tail'))
  const firstSeq = cursor.fixed64('firstSeq')
  const baseTimestamp = cursor.fixed64('baseTimestamp')
  const entries = readPairs(cursor, firstSeq, baseTimestamp)
  if (cursor.at !== cursor.end) cursor.canonical('more than a state')
  return { log, history, directory, tail, open: { firstSeq, baseTimestamp, entries } }
}
